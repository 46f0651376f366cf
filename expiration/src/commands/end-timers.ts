import type { OrderState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { AnyBulkWriteOperation } from 'mongodb';
import { newTimer, timerOfDelivery, type TimerDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/**
 * Ends the timers of orders that are complete or cancelled. That of a complete order goes on while its ticket is not
 * delivered, with the deadline of the delivery. An ended timer is stored even for an unknown order, so that an order.created
 * that arrives later arms nothing.
 */
export const endTimers =
  (deps: Deps) =>
  async (received: readonly Received<OrderState>[]): Promise<void> => {
    const orders = received.filter(({ state }) => state.status === 'complete' || state.status === 'cancelled');
    if (orders.length === 0) return;
    const endedAt = deps.now();
    const operations = orders.map(({ state, trace }): AnyBulkWriteOperation<TimerDocument> => {
      const { id: _id, status, delivery } = state;
      if (status === 'complete' && delivery?.status === 'pending' && delivery.dueAt !== undefined) {
        const update = timerOfDelivery(new Date(delivery.dueAt), trace);
        return { updateOne: { filter: { _id }, update, upsert: true } };
      }
      return {
        updateOne: {
          filter: { _id },
          update: {
            $set: { armed: false, ...(delivery === undefined ? {} : { isOfDelivery: true }) },
            $min: { endedAt },
            $setOnInsert: newTimer(state, trace),
          },
          upsert: true,
        },
      };
    });
    await deps.timers.bulkWrite(operations, { ordered: false });
    // The timer of a delivery has no alarm: tickets finds its own deadlines, and the sweep rings within a second.
    deps.timerQueue.remove(orders.map(({ state }) => state.id));
  };
