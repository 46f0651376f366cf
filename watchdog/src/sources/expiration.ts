import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing } from './find-all.ts';

/** The timer of one order; its id is the order's. */
export interface TimerRecord {
  readonly id: string;
  readonly isArmed: boolean;
  /** Whether it is that of the delivery, since the order is complete. */
  readonly isOfDelivery: boolean;
  readonly deadline: number;
}

interface StoredTimer {
  readonly _id: string;
  readonly armed?: boolean;
  readonly isOfDelivery?: boolean;
  readonly deadline?: Date;
  readonly nextRingAt?: Date;
}

const timers = (databases: Databases) => collectionOf<StoredTimer>(databases, 'expiration', 'timers');

export const readTimers = (databases: Databases, filter: Filter<StoredTimer> = {}): Promise<TimerRecord[]> =>
  findAll(timers(databases), { filter, fields: ['armed', 'isOfDelivery', 'deadline'] }, (timer) => ({
    id: timer._id,
    isArmed: timer.armed === true,
    isOfDelivery: timer.isOfDelivery === true,
    deadline: timer.deadline?.getTime() ?? missing.time,
  }));

/** Orders with an armed timer, the next or longest overdue ring first, from an index that holds no others. */
export const readArmedTimerIds = (databases: Databases, limit: number): Promise<string[]> =>
  findAll(timers(databases), { filter: { armed: true }, fields: [], sort: 'nextRingAt', limit }, (timer) => timer._id);
