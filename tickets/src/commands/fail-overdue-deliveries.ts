import { newTrace, ticketUpdated } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';

const pageSize = 200;

/**
 * Ends the delivery of every sold ticket whose deadline has passed by this service's clock, each by one conditional write:
 * either this or the upload of the file finds the deadline still set.
 */
export const failOverdueDeliveries = async (deps: Deps, orderIds?: readonly string[]): Promise<void> => {
  const now = deps.now();
  const due = { dueAt: { $lte: now } };
  for (;;) {
    const page = await deps.tickets
      .find(
        { ...due, ...(orderIds === undefined ? {} : { orderId: { $in: [...orderIds] } }) },
        { projection: { _id: 1 }, limit: pageSize },
      )
      .toArray();
    const made = await deps.ticketStore.changeMany(
      page.map(({ _id }) => ({
        filter: { _id, ...due },
        set: { deliveryFailedAt: now },
        unset: ['dueAt' as const],
        event: ticketUpdated,
        trace: newTrace(deps, `delivery-${_id}`),
      })),
    );
    deps.metrics.deliveriesFailed.inc(made.filter(Boolean).length);
    if (page.length < pageSize) return;
  }
};

/** A timer may ring before the deadline of the ticket, which the worker then finds. */
export const failDueDeliveries =
  (deps: Deps) =>
  (rings: readonly Received<{ readonly orderId: string }>[]): Promise<void> =>
    failOverdueDeliveries(
      deps,
      rings.map(({ state }) => state.orderId),
    );
