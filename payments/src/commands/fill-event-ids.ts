import { eventIdOf } from '@ticketing/common/event-id';
import type { Deps } from '../deps.ts';

const limit = 500;

/**
 * Stores the event of paid orders that an earlier release copied without it, some at a time: operators refund all orders of
 * an event.
 */
export const fillEventIds = async ({ payments }: Pick<Deps, 'payments'>): Promise<void> => {
  const withoutEvent = { status: 'completed', 'order.eventId': { $exists: false } } as const;
  const found = await payments
    .find({ ...withoutEvent, 'order.ticket': { $exists: true } }, { projection: { 'order.ticket': 1 }, limit })
    .toArray();
  const writes = found.flatMap(({ _id, order }) =>
    order?.ticket === undefined
      ? []
      : [
          {
            updateOne: {
              filter: { _id, ...withoutEvent },
              update: { $set: { 'order.eventId': eventIdOf(order.ticket) } },
            },
          },
        ],
  );
  if (writes.length > 0) await payments.bulkWrite(writes, { ordered: false });
};
