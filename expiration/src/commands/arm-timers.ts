import type { OrderState } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { AnyBulkWriteOperation } from 'mongodb';
import { newTimer, type TimerDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/**
 * Arms a timer for each order that has none. An existing timer stays as it is, armed or ended: the event is a duplicate,
 * or the order's end arrived before its creation. The alarm in Redis is set without waiting for it.
 */
export const armTimers =
  (deps: Deps) =>
  async (orders: readonly Received<OrderState>[]): Promise<void> => {
    const operations = orders.map(({ state, trace }): AnyBulkWriteOperation<TimerDocument> => ({
      updateOne: {
        filter: { _id: state.id },
        update: { $setOnInsert: { ...newTimer(state, trace), armed: true } },
        upsert: true,
      },
    }));
    const { upsertedIds } = await deps.timers.bulkWrite(operations, { ordered: false });
    deps.timerQueue.set(
      orders.flatMap(({ state }, index) =>
        upsertedIds[index] === undefined ? [] : [{ orderId: state.id, at: new Date(state.expiresAt) }],
      ),
    );
  };
