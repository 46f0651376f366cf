import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { users } from './user.ts';

export type { UserDocument } from './user.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [users];

export const openModels = (service: StoreDeps) => {
  const userStore = openStore(users, service);
  return {
    userStore,
    /** For reading; every change goes through `userStore`. */
    users: userStore.collection,
  };
};
