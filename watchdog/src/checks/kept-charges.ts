import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ChargeRecord } from '../sources/stripe.ts';

/** What Stripe took with these charges and has not refunded, in minor units. */
export const amountKept = (charges: readonly ChargeRecord[]): number =>
  charges.reduce((total, { amount, refunded }) => total + amount - refunded, 0);

/** Charges of this order that are not fully refunded. */
export const keptCharges = ({ chargesByOrder }: Snapshot, orderId: string): readonly ChargeRecord[] =>
  (chargesByOrder.get(orderId) ?? []).filter(({ amount, refunded }) => refunded < amount);
