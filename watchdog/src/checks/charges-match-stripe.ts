import type { Snapshot } from '../snapshot/snapshot.ts';
import { missing } from '../sources/find-all.ts';
import type { PaymentRecord } from '../sources/payments.ts';
import type { ChargeRecord } from '../sources/stripe.ts';
import { amountKept, isJustRefunded } from './kept-charges.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

const problemOf = (payment: PaymentRecord, charges: readonly ChargeRecord[]): string | undefined => {
  const taken = charges.reduce((total, { amount }) => total + amount, 0);
  const kept = amountKept(charges);
  switch (payment.status) {
    case 'completed':
    case 'refunded': {
      const other = charges.find(({ intentId }) => intentId !== payment.stripeId);
      if (other !== undefined)
        return `has the PaymentIntent ${payment.stripeId ?? 'of no id'}, but ${other.id} has ${other.intentId ?? 'none'}`;
      const { amount = 0, amountRefunded = payment.status === 'refunded' ? amount : 0 } = payment;
      return taken > 0 && kept === amount - amountRefunded
        ? undefined
        : `is ${payment.status} with ${formatAmount(amount - amountRefunded)} left, but Stripe took ${formatAmount(taken)} and kept ${formatAmount(kept)}`;
    }
    case 'created':
    case 'failed':
    case undefined:
      return kept === 0 ? undefined : `is ${payment.status ?? 'not stored'}, but Stripe kept ${formatAmount(kept)}`;
    default:
      return `has the status ${payment.status}, which does not exist`;
  }
};

const hasAllCharges = ({ orderById, hasAllChargesOf }: Snapshot, { id }: PaymentRecord): boolean =>
  hasAllChargesOf({ id, createdAt: orderById.get(id)?.createdAt ?? missing.time });

export const chargesMatchStripe: Check = {
  name: 'charges-match-stripe',
  rule: 'The charge that payments stores matches the charges and refunds at Stripe, 90 s after a refund at the latest.',
  run: (snapshot, limits) =>
    checkEach(
      snapshot.payments.filter(
        (payment) =>
          // The watchdog does not read again whether a refund has failed.
          !payment.hasFailedRefund && hasAllCharges(snapshot, payment) && !isJustRefunded(snapshot, payment.id, limits),
      ),
      (payment) => {
        const charges = snapshot.chargesByOrder.get(payment.id) ?? [];
        const problem = problemOf(payment, charges);
        return problem === undefined
          ? undefined
          : finding(`the charge of order ${payment.id} ${problem}`, payment.id, ...charges.map(({ id }) => id));
      },
    ),
};
