import { isOpenInquiry } from '@ticketing/common/events';
import { isUndecided } from './dispute.ts';
import type { Charge, Transfer } from './payment.ts';
import { hasOpenProblem, proceedsOf } from './sale.ts';

/** What is next on the way of a sale's proceeds to its seller. */
export type PayoutStep =
  /** Orders is asked to agree to the release: no report of a problem that it has accepted may come too late. */
  | { readonly kind: 'ask' }
  /** The proceeds become the seller's. */
  | { readonly kind: 'release' }
  /** They are sent to the seller's account; with `claim`, a call of unknown outcome has done so or may still. */
  | { readonly kind: 'transfer'; readonly amount: number; readonly claim?: TransferClaim }
  /** Something has come up since the transfer was claimed: unless Stripe has made it, it is not sent. */
  | { readonly kind: 'withdraw'; readonly claim: TransferClaim }
  /** What was sent beyond the proceeds is taken back: after a refund, a lost dispute, or a transfer by hand. */
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

/** Whether a dispute, an inquiry, a problem or a refund is open, or one is about to begin. */
const isBlocked = (charge: Charge): boolean =>
  (charge.disputes ?? []).some((dispute) => isUndecided(dispute) || isOpenInquiry(dispute)) ||
  hasOpenProblem(charge) ||
  charge.refundStatus === 'pending' ||
  (charge.refunds ?? []).some(({ status }) => status === 'pending') ||
  charge.refundDue !== undefined ||
  charge.refundOrdered !== undefined ||
  // What a refund or a lost dispute has cancelled and an appeal has given back is the seller's.
  (charge.order.status === 'cancelled' && charge.order.reason !== 'refunded');

/**
 * Whether the copy of the order shows that its ticket is not delivered. A copy without a delivery, unless it is cancelled, is of
 * an order that is complete since, with a pending delivery or, under a release without deliveries, with none: orders knows, and
 * agrees only to the release of the latter.
 */
const isUndelivered = ({ order: { delivery, status } }: Charge): boolean =>
  delivery === undefined ? status === 'cancelled' : delivery.deliveredAt === undefined;

/** Whether orders has agreed to the release, or accepts no report of a problem any more. */
const isAgreed = ({ order: { releaseAgreedAt, status } }: Charge): boolean =>
  releaseAgreedAt !== undefined || status === 'cancelled';

/** Whether an operator has sent or taken back nothing by hand. */
const areOurs = (transfers: readonly Transfer[]): boolean =>
  transfers.every(({ isOurs, reversals }) => isOurs === true && reversals.every((one) => one.isOurs === true));

/** @throws when the charge does not have the transfer, which would be a bug. */
export const transferOf = ({ _id, transfers = [] }: Charge, transferId: string): Transfer => {
  const found = transfers.find(({ id }) => id === transferId);
  if (found === undefined) throw new Error(`The charge of order ${_id} has no transfer ${transferId}`);
  return found;
};

/** What was reversed of a transfer, in minor units. */
export const reversedOf = ({ reversals }: Transfer): number => reversals.reduce((sum, { amount }) => sum + amount, 0);

const leftOf = (transfer: Transfer): number => transfer.amount - reversedOf(transfer);

/**
 * Whether a part of a transfer has to be taken back from the seller. `step`: smallest amount that Stripe moves in the currency,
 * in minor units.
 */
export const owesReversal = (charge: Charge, step: number): boolean =>
  charge.reversal !== undefined || (charge.sent ?? 0) > transferable(proceedsOf(charge), step);

/** `step` as above. */
export const nextPayoutStep = (charge: Charge, step: number, now: Date): PayoutStep => {
  const { transfer, transfers = [], sent = 0, reversal, availableAt, releasedAt } = charge;
  const due = transferable(proceedsOf(charge), step);
  if (transfer !== undefined && transfer.id === undefined) {
    const isStillDue = due - sent === transfer.amount && areOurs(transfers) && !isBlocked(charge);
    return isStillDue
      ? { kind: 'transfer', amount: transfer.amount, claim: transfer }
      : { kind: 'withdraw', claim: transfer };
  }
  if (reversal !== undefined) {
    const { amount, transferId } = reversal;
    return { kind: 'reverse', amount, transferId, claim: reversal };
  }
  const last = transfers.findLast((one) => leftOf(one) > 0);
  if (sent > due && last !== undefined) {
    return { kind: 'reverse', amount: Math.min(sent - due, leftOf(last)), transferId: last.id };
  }
  // What we have taken back is sent again after an appeal, but nothing that an operator has sent or taken back by hand.
  if (releasedAt !== undefined && (sent >= due || !areOurs(transfers))) return { kind: 'done' };
  if (charge.completedAt === undefined || availableAt === undefined || charge.left === 0) return { kind: 'done' };
  if (isBlocked(charge)) return { kind: 'blocked' };
  if (releasedAt === undefined) {
    if (availableAt > now) return { kind: 'early', until: availableAt };
    // The copy of its delivery marks the sale again.
    if (isUndelivered(charge)) return { kind: 'done' };
    return { kind: isAgreed(charge) ? 'release' : 'ask' };
  }
  return { kind: 'transfer', amount: due - sent };
};
