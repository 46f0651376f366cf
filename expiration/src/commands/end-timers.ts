import type { OrderState, Trace } from '@ticketing/common/events';
import type { AnyBulkWriteOperation } from 'mongodb';
import { newTimer, type TimerDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

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
  await deps.timers.bulkWrite(operations, { ordered: false });
  deps.timerQueue.remove(orders.map(({ state }) => state.id));
};
