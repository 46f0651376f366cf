import { isOpenDispute } from '@ticketing/common/events';
import type { Charge } from './payment.ts';
import { hasOpenProblem, proceedsOf } from './sale.ts';

/** What is next on the way of a sale's proceeds to its seller. */
export type PayoutStep =
  /** The proceeds become the seller's. */
  | { readonly kind: 'release' }
  /** They are sent to the seller's account; with `claim`, a call of unknown outcome has done so or may still. */
  | { readonly kind: 'transfer'; readonly amount: number; readonly claim?: TransferClaim }
  /** What a refund or a lost dispute has taken from the sale after the transfer is taken back. */
  | { readonly kind: 'reverse'; readonly amount: number; readonly transferId: string; readonly claim?: ReversalClaim }
  /** Something that may take money from the sale is open. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'early'; readonly until: Date }
  | { readonly kind: 'done' };

export type TransferClaim = NonNullable<Charge['transfer']>;
export type ReversalClaim = NonNullable<Charge['reversal']>;

/**
 * What Stripe can transfer of an amount: in currencies with three decimals, multiples of ten. The rest, less than ten minor
 * units, stays with the sale.
 */
const transferable = (amount: number, step: number): number => Math.max(0, Math.floor(amount / step) * step);

/** Whether a dispute, a problem or a refund is open, or one is about to begin. */
const isBlocked = (charge: Charge): boolean =>
  (charge.disputes ?? []).some(isOpenDispute) ||
  hasOpenProblem(charge) ||
  charge.refundStatus === 'pending' ||
  charge.refundDue !== undefined ||
  charge.refundOrdered !== undefined ||
  charge.order.status === 'cancelled';

/** `step`: smallest amount that Stripe moves in the currency, in minor units. */
export const nextPayoutStep = (charge: Charge, step: number, now: Date): PayoutStep => {
  const { transfer, reversal, availableAt, releasedAt } = charge;
  if (transfer !== undefined && transfer.id === undefined) {
    return { kind: 'transfer', amount: transfer.amount, claim: transfer };
  }
  const due = transferable(proceedsOf(charge), step);
  if (transfer?.id !== undefined) {
    const { id: transferId } = transfer;
    if (reversal !== undefined) return { kind: 'reverse', amount: reversal.amount, transferId, claim: reversal };
    // One order has one transfer: what an operator has taken back by hand is not sent again.
    const amount = transfer.amount - transfer.reversed - due;
    return amount > 0 ? { kind: 'reverse', amount, transferId } : { kind: 'done' };
  }
  if (charge.status !== 'completed' || availableAt === undefined || charge.left === 0) return { kind: 'done' };
  if (isBlocked(charge)) return { kind: 'blocked' };
  if (releasedAt === undefined) {
    return availableAt > now ? { kind: 'early', until: availableAt } : { kind: 'release' };
  }
  return due > 0 ? { kind: 'transfer', amount: due } : { kind: 'done' };
};
