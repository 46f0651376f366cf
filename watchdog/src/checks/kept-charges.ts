import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ChargeRecord } from '../sources/stripe.ts';
import type { Limits } from './check.ts';

/** What Stripe took with these charges and has not refunded, in minor units. */
export const amountKept = (charges: readonly ChargeRecord[]): number =>
  charges.reduce((total, { amount, refunded }) => total + amount - refunded, 0);

/** Charges of this order that are not fully refunded. */
export const keptCharges = ({ chargesByOrder }: Snapshot, orderId: string): readonly ChargeRecord[] =>
  (chargesByOrder.get(orderId) ?? []).filter(({ amount, refunded }) => refunded < amount);

/** Whether a refund of the order is so new that the services may not have heard of it. */
export const isJustRefunded = (
  { at, refundsByOrder }: Snapshot,
  orderId: string,
  { settleWithinMs }: Pick<Limits, 'settleWithinMs'>,
): boolean => refundsByOrder.get(orderId)?.some(({ created }) => at - created * 1000 <= settleWithinMs) === true;
