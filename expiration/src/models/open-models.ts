import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import { timerCollection, timerPublicState, type TimerDocument } from './timer.ts';

export { newTimer } from './timer.ts';
export type { TimerDocument } from './timer.ts';

export interface Models {
  /** For reading, and for arming and ending, which tell nobody. */
  readonly timers: Collection<TimerDocument>;
  /** For ringing. */
  readonly timerStore: AggregateStore<TimerDocument>;
}

export const collections = [timerCollection];

export const openModels = (service: Service): Models => {
  const timers = service.database.collection<TimerDocument>(timerCollection.name);
  return {
    timers,
    timerStore: createAggregateStore({
      ...service,
      collection: timers,
      aggregateType: 'timer',
      publicState: timerPublicState,
    }),
  };
};
