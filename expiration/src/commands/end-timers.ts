import type { OrderState, Trace } from '@ticketing/common/events';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { AnyBulkWriteOperation } from 'mongodb';
import { newTimer, type TimerDocument } from '../models/index.ts';
import type { Deps } from './deps.ts';

/**
 * Ends the timers of orders that have ended. An ended timer is kept, also of an order not known yet, so that an
 * order.created that comes late arms nothing.
 */
export const endTimers = async (
  deps: Deps,
  orders: readonly { readonly state: OrderState; readonly trace: Trace }[],
): Promise<void> => {
  if (orders.length === 0) return;
  const endedAt = deps.now();
  const operations = orders.map(({ state, trace }): AnyBulkWriteOperation<TimerDocument> => ({
    updateOne: {
      filter: { _id: state.id },
      update: { $set: { armed: false }, $min: { endedAt }, $setOnInsert: newTimer(state, trace) },
      upsert: true,
    },
  }));
  const write = (): Promise<unknown> => deps.timers.bulkWrite(operations, { ordered: false });
  try {
    await write();
  } catch (error) {
    // Armed by another replica between the look and the insert: now there is a timer to end.
    if (!isDuplicateKey(error)) throw error;
    await write();
  }
  deps.timerQueue.remove(orders.map(({ state }) => state.id));
};
