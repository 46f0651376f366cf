import type { ClaimRefusalReason } from '@ticketing/common/events';

/** How long another holder is waited for, whose release may be on its way already. */
export const otherHolderPatienceMs = 2_000;

export interface ClaimedTicket {
  readonly revision: number;
  readonly price: number;
  readonly orderId?: string | undefined;
  readonly soldAt?: Date | undefined;
  readonly closedOrders: readonly { readonly id: string }[];
}

export interface Claim {
  readonly orderId: string;
  readonly revision: number;
  readonly price: number;
}

export type ClaimDecision =
  | { readonly kind: 'claim' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'refuse'; readonly reason: ClaimRefusalReason };

/**
 * What becomes of an order's claim on a ticket as it is. `waitedMs` is how long it has
 * waited for another holder already.
 * The write that claims checks the same again: this only explains why it did not match.
 */
export const decideClaim = (ticket: ClaimedTicket, claim: Claim, waitedMs: number): ClaimDecision => {
  if (ticket.orderId === claim.orderId) return { kind: 'nothing' };
  if (ticket.closedOrders.some((order) => order.id === claim.orderId)) return { kind: 'nothing' };
  if (ticket.soldAt !== undefined) return { kind: 'refuse', reason: 'unavailable' };
  if (ticket.revision !== claim.revision) {
    return { kind: 'refuse', reason: ticket.price === claim.price ? 'ticket_changed' : 'price_changed' };
  }
  if (ticket.orderId === undefined) return { kind: 'claim' };
  return waitedMs < otherHolderPatienceMs ? { kind: 'wait' } : { kind: 'refuse', reason: 'unavailable' };
};
