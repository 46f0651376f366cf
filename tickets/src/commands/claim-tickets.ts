import {
  ticketClaimRefused,
  ticketUpdated,
  type ClaimRefusalReason,
  type OrderState,
  type Trace,
} from '@ticketing/common/events';
import { done, later, retry, type Verdict } from '@ticketing/common/messaging';
import { decideClaim } from '../domain/claim-decision.ts';
import { withClosedOrder } from './closed-orders.ts';
import type { TicketDocument } from '../models/index.ts';
import type { Deps } from './deps.ts';
import { isToldAgain, tellTicketsAgain } from './tell-tickets-again.ts';

export interface ClaimTicket {
  readonly order: OrderState;
  /** Of the event. */
  readonly time: Date;
  readonly trace: Trace;
}

const lookAgainMs = 150;

/**
 * Confirms orders' holds, each by one conditional write: the ticket is free, still as the buyer saw it, and the order
 * was not cancelled before its claim arrived. An order that can't have its ticket is refused.
 */
export const claimTickets = async (deps: Deps, claims: readonly ClaimTicket[]): Promise<Verdict[]> => {
  const made = await deps.ticketStore.changeMany(
    claims.map(({ order, trace }) => ({
      filter: {
        _id: order.ticket.id,
        availability: 'on_sale' as const,
        revision: order.ticket.revision,
        'closedOrders.id': { $ne: order.id },
      },
      set: { orderId: order.id, availability: 'held', heldAt: deps.now() },
      event: ticketUpdated,
      trace,
    })),
  );
  if (made.includes(true)) deps.listChanged();
  const verdicts = await Promise.all(
    claims.map(async (claim, index) => (made[index] === true ? done : explain(deps, claim))),
  );
  claims.forEach(({ order }, index) => {
    if (verdicts[index]?.kind === 'done') deps.otherHolders.forget(order.id);
  });
  return verdicts;
};

const explain = async (deps: Deps, claim: ClaimTicket): Promise<Verdict> => {
  const { order } = claim;
  const ticket = await deps.tickets.findOne({ _id: order.ticket.id }, { projection: { outbox: 0 } });
  if (ticket === null) return retry(`ticket ${order.ticket.id} of order ${order.id} is unknown`);
  const decision = decideClaim(
    ticket,
    { orderId: order.id, revision: order.ticket.revision, price: order.ticket.price },
    deps.otherHolders.waitedMs(order.id),
  );
  switch (decision.kind) {
    case 'nothing':
      await answerAgain(deps, claim, ticket);
      return done;
    case 'wait':
      // Its holder's release may be on its way.
      deps.otherHolders.met(order.id);
      return later(lookAgainMs);
    case 'claim':
      // It has become free since the write.
      return later(lookAgainMs);
    case 'refuse':
      await refuse(deps, claim, decision.reason);
      return done;
  }
};

/** The refused order is closed in the same write, so that a repeated event can't claim for it after all. */
const refuse = async (deps: Deps, { order, trace }: ClaimTicket, reason: ClaimRefusalReason): Promise<void> => {
  const after = await deps.ticketStore.change({
    filter: { _id: order.ticket.id, orderId: { $ne: order.id }, 'closedOrders.id': { $ne: order.id } },
    set: { closedOrders: withClosedOrder(order.id, deps.now()) },
    event: ticketClaimRefused,
    trace,
    notice: { ticketId: order.ticket.id, orderId: order.id, reason },
  });
  if (after !== null) deps.counters.claimRefused(reason);
};

/** An order that tells of itself long after it was answered has not heard the answer. */
const answerAgain = async (deps: Deps, claim: ClaimTicket, ticket: TicketDocument): Promise<void> => {
  const { order, time, trace } = claim;
  if (ticket.orderId === order.id) {
    if (isToldAgain(time, ticket.heldAt)) await tellTicketsAgain(deps, [{ filter: { _id: ticket._id }, trace }]);
    return;
  }
  const closedAt = ticket.closedOrders.find(({ id }) => id === order.id)?.at;
  if (!isToldAgain(time, closedAt)) return;
  await deps.ticketStore.change({
    filter: { _id: ticket._id },
    set: {},
    event: ticketClaimRefused,
    trace,
    notice: { ticketId: ticket._id, orderId: order.id, reason: 'unavailable' },
  });
  deps.counters.toldAgain(1);
};
