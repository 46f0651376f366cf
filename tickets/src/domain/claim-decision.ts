import type { ClaimRefusalReason } from '@ticketing/common/events';
import { hasBegun } from './listing.ts';

/** How long a claim waits for another holder, whose release may already be on its way. */
export const otherHolderTimeoutMs = 2_000;

/** How long after its order's deadline a claim is accepted: the clocks of services differ, and events may be late. */
export const claimGraceMs = 2 * 60_000;

export interface ClaimedTicket {
  readonly revision: number;
  readonly price: number;
  readonly orderId?: string | undefined;
  readonly soldAt?: Date | undefined;
  readonly withdrawnAt?: Date | undefined;
  readonly startsAt?: Date | undefined;
  readonly closedOrders: readonly { readonly id: string }[];
}

export interface Claim {
  readonly orderId: string;
  readonly revision: number;
  readonly price: number;
  readonly isLate: boolean;
}

/** Whether the deadline of an order is over by so much that it can no longer claim its ticket. */
export const isLate = (order: { readonly expiresAt: string }, now: Date): boolean =>
  now.getTime() - Date.parse(order.expiresAt) >= claimGraceMs;

export type ClaimDecision =
  | { readonly kind: 'claim' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'refuse'; readonly reason: ClaimRefusalReason };

/**
 * Decides an order's claim on the given state of the ticket, `now`. `waitedMs` is how long the claim has waited for another
 * holder. The filter of the write that claims matches exactly when the decision is `claim`; for a claim that did not match,
 * the decision is made from the ticket as it is read afterwards.
 */
export const decideClaim = (
  ticket: ClaimedTicket,
  claim: Claim,
  { waitedMs, now }: { readonly waitedMs: number; readonly now: Date },
): ClaimDecision => {
  if (ticket.orderId === claim.orderId) return { kind: 'nothing' };
  if (claim.isLate) return { kind: 'refuse', reason: 'unavailable' };
  if (ticket.closedOrders.some((order) => order.id === claim.orderId)) return { kind: 'nothing' };
  if (ticket.soldAt !== undefined) return { kind: 'refuse', reason: 'unavailable' };
  if (ticket.revision !== claim.revision) {
    return { kind: 'refuse', reason: ticket.price === claim.price ? 'ticket_changed' : 'price_changed' };
  }
  // An order for an earlier revision was refused above: to its buyer a withdrawal is a change of the listing.
  if (ticket.withdrawnAt !== undefined || hasBegun(ticket, now)) return { kind: 'refuse', reason: 'unavailable' };
  if (ticket.orderId === undefined) return { kind: 'claim' };
  return waitedMs < otherHolderTimeoutMs ? { kind: 'wait' } : { kind: 'refuse', reason: 'unavailable' };
};
