import { NotFoundError } from '@ticketing/common/errors';
import type { OrderDocument } from '../models/open-models.ts';
import type { RouteDeps } from '../deps.ts';
import { createOrder, type CreateOrder } from './create-order.ts';

/**
 * Creates an order, once its ticket is known here, and waits a moment until its hold is confirmed, so that its buyer need not
 * ask for it; returns it as it is then. A refused or cancelled hold, or one that is confirmed later, is returned as created. So is
 * every order of a request with an Idempotency-Key, which does not wait for the confirmation: its repeats return the order as it was created.
 * `signal` is aborted when the buyer's connection is lost.
 */
export const createConfirmedOrder = async (
  deps: RouteDeps,
  { signal, ...request }: Omit<CreateOrder, 'beginWait'> & { readonly signal: AbortSignal },
): Promise<OrderDocument> => {
  const begun: { wait?: ReturnType<typeof deps.confirmations.begin> } = {};
  // Before the order exists, so that its confirmation is not missed, and not sooner, since few requests can wait at once.
  const beginWait = (orderId: string): void => {
    if (request.request === undefined) begun.wait = deps.confirmations.begin(orderId);
  };
  try {
    const order = { ...request, beginWait };
    const created = await createOrder(deps, order).catch(async (error: unknown) => {
      if (!(error instanceof NotFoundError) || !(await hasArrived(deps, request.ticketId, signal))) throw error;
      return createOrder(deps, order);
    });
    const state = await begun.wait?.result(deps.confirmationMs, signal);
    return state?.status === 'awaiting:payment'
      ? { ...created, status: state.status, version: state.version }
      : created;
  } finally {
    begun.wait?.end();
  }
};

/** An id of another shape is no ticket's. */
const idShape = /^[0-9a-f]{24}$/;

/** Waits a moment for a ticket that was listed just now. Returns whether it may be known here since. */
const hasArrived = async (
  { newTickets, confirmationMs }: RouteDeps,
  ticketId: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const wait = idShape.test(ticketId) ? newTickets.begin(ticketId) : undefined;
  await wait?.result(confirmationMs, signal);
  wait?.end();
  return wait !== undefined && !signal.aborted;
};
