import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { timers } from './timer.ts';

export { newTimer, ringableByNextRing, timerOfDelivery } from './timer.ts';
export type { TimerDocument } from './timer.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [timers];

export const openModels = (service: StoreDeps) => {
  const timerStore = openStore(timers, service);
  return {
    /** For ringing. */
    timerStore,
    /** For reading, and for arming and ending, which publish nothing. */
    timers: timerStore.collection,
  };
};
