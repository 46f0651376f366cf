import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import { userCollection, userPublicState, type UserDocument } from './user.ts';

export type { UserDocument } from './user.ts';

export interface Models {
  /** For reading; every change goes through `userStore`. */
  readonly users: Collection<UserDocument>;
  readonly userStore: AggregateStore<UserDocument>;
}

export const collections = [userCollection];

export const openModels = (service: Service): Models => {
  const users = service.database.collection<UserDocument>(userCollection.name);
  return {
    users,
    userStore: createAggregateStore({
      ...service,
      collection: users,
      aggregateType: 'user',
      publicState: userPublicState,
    }),
  };
};
