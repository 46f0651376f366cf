import type { OrderState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { AnyBulkWriteOperation } from 'mongodb';
import { newTimer, type TimerDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/**
 * Ends the timers of orders that are complete or cancelled. An ended timer is stored even for an unknown order, so that
 * an order.created that arrives later arms nothing.
 */
export const endTimers =
  (deps: Deps) =>
  async (received: readonly Received<OrderState>[]): Promise<void> => {
    const orders = received.filter(({ state }) => state.status === 'complete' || state.status === 'cancelled');
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
