import { ticketClaimRefused, ticketUpdated, type ClaimRefusalReason, type OrderState } from '@ticketing/common/events';
import type { Outcome, Received } from '@ticketing/common/messaging';
import { decideClaim, isLate } from '../domain/claim-decision.ts';
import { keptClosedOrders, withClosedOrder } from '../models/closed-orders.ts';
import { uncountedIn } from '../models/listing-changes.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { isRepublished, republishTickets } from './republish-tickets.ts';

type Claim = Received<OrderState>;

const retryDelayMs = 150;

/**
 * Claims tickets for orders, each by one conditional write: the ticket is free, has the revision that the buyer saw, its event
 * has not begun, and the order was not cancelled before its claim arrived. An order that cannot get its ticket is refused, and so is one whose
 * deadline is long over: whether it was cancelled is remembered only until then.
 */
export const claimTickets =
  (deps: Deps) =>
  async (claims: readonly Claim[]): Promise<Outcome[]> => {
    const now = deps.now();
    const inTime = claims.filter(({ state }) => !isLate(state, now));
    const made = await deps.ticketStore.changeMany(
      inTime.map(({ state: order, trace }) => ({
        filter: {
          _id: order.ticket.id,
          availability: 'on_sale' as const,
          revision: order.ticket.revision,
          startsAt: { $not: { $lte: now } },
          'closedOrders.id': { $ne: order.id },
        },
        set: {
          orderId: order.id,
          availability: 'held',
          heldAt: now,
          closedOrders: keptClosedOrders(now),
          uncounted: uncountedIn(),
        },
        event: ticketUpdated,
        trace,
      })),
    );
    if (made.includes(true)) deps.clearListCache();
    const claimed = new Set(inTime.filter((_, index) => made[index] === true));
    const outcomes = await Promise.all(
      claims.map(async (claim) => (claimed.has(claim) ? 'done' : settleUnclaimed(deps, claim))),
    );
    claims.forEach(({ state: order }, index) => {
      if (outcomes[index] === 'done') deps.holderWaits.forget(order.id);
    });
    return outcomes;
  };

/** Decides what becomes of an order that the claim did not get the ticket for. */
const settleUnclaimed = async (deps: Deps, claim: Claim): Promise<Outcome> => {
  const order = claim.state;
  const ticket = await deps.tickets.findOne({ _id: order.ticket.id }, { projection: { outbox: 0, words: 0 } });
  if (ticket === null) return { failed: `ticket ${order.ticket.id} of order ${order.id} is unknown` };
  const { revision, price } = order.ticket;
  const now = deps.now();
  const decision = decideClaim(
    ticket,
    { orderId: order.id, revision, price, isLate: isLate(order, now) },
    { waitedMs: deps.holderWaits.elapsedMs(order.id), now },
  );
  switch (decision.kind) {
    case 'nothing':
      await resendAnswer(deps, claim, ticket);
      return 'done';
    case 'wait':
      // The event that releases it may not have arrived yet.
      deps.holderWaits.start(order.id);
      return { retryAfterMs: retryDelayMs };
    case 'claim':
      // It has become free since the claim.
      return { retryAfterMs: retryDelayMs };
    case 'refuse':
      await refuse(deps, claim, decision.reason);
      return 'done';
  }
};

/**
 * Closes the refused order in the same write, so that a repeated event cannot claim the ticket for it. The claim of a late
 * order is refused whenever it arrives, so that one is not stored.
 */
const refuse = async (deps: Deps, { state: order, trace }: Claim, reason: ClaimRefusalReason): Promise<void> => {
  const now = deps.now();
  const isOpen = isLate(order, now) ? {} : { 'closedOrders.id': { $ne: order.id } };
  const after = await deps.ticketStore.publishSideEvent({
    filter: { _id: order.ticket.id, orderId: { $ne: order.id }, ...isOpen },
    set: isLate(order, now) ? {} : { closedOrders: withClosedOrder(order, now, reason) },
    event: ticketClaimRefused,
    trace,
    data: { ticketId: order.ticket.id, orderId: order.id, reason },
  });
  if (after !== null) deps.metrics.claimsRefused.inc({ reason });
};

/** A republished order.created means that our response was lost: publishes it again. */
const resendAnswer = async (deps: Deps, claim: Claim, ticket: TicketDocument): Promise<void> => {
  const { state: order, time, trace } = claim;
  if (ticket.orderId === order.id) {
    if (isRepublished(time, ticket.heldAt)) await republishTickets(deps, [{ filter: { _id: ticket._id }, trace }]);
    return;
  }
  const closed = ticket.closedOrders.find(({ id }) => id === order.id);
  if (!isRepublished(time, closed?.at)) return;
  await deps.ticketStore.publishSideEvent({
    filter: { _id: ticket._id },
    set: {},
    event: ticketClaimRefused,
    trace,
    data: { ticketId: ticket._id, orderId: order.id, reason: closed?.reason ?? 'unavailable' },
  });
  deps.metrics.ticketsRepublished.inc();
};
