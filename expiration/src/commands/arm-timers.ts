import type { OrderState, Trace } from '@ticketing/common/events';
import type { AnyBulkWriteOperation } from 'mongodb';
import { newTimer, type TimerDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

/**
 * Arms a timer for each order that is not known yet. One that is known stays as it is, armed or ended: the event is a
 * duplicate, or the order's end has overtaken its beginning. Redis is told, but not waited for.
 */
export const armTimers = async (
  deps: Deps,
  orders: readonly { readonly state: OrderState; readonly trace: Trace }[],
): Promise<void> => {
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
