import { each, found, money, type Check } from './check.ts';
import type { Reading } from '../books/reading.ts';
import type { MoneyRecord, PaymentRecord } from '../books/records.ts';

const problem = (payment: PaymentRecord, charges: readonly MoneyRecord[]): string | undefined => {
  const taken = charges.reduce((total, { amount }) => total + amount, 0);
  const kept = charges.reduce((total, { amount, refunded }) => total + amount - refunded, 0);
  switch (payment.status) {
    case 'completed':
      return kept === payment.amount
        ? undefined
        : `is completed with ${money(payment.amount)}, at Stripe ${money(kept)} is kept`;
    case 'refunded':
      return taken > 0 && kept === 0
        ? undefined
        : `is refunded, at Stripe ${money(taken)} came and ${money(kept)} is kept`;
    case 'created':
    case 'failed':
    case undefined:
      return kept === 0 ? undefined : `is ${payment.status ?? 'not made'}, at Stripe ${money(kept)} is kept`;
    default:
      return `has the status ${payment.status}, which there is not`;
  }
};

const creation = ({ orderById }: Reading, { id }: PaymentRecord) => ({
  id,
  createdAt: orderById.get(id)?.createdAt ?? 0,
});

export const chargesMatchStripe: Check = {
  name: 'charges-match-stripe',
  says: 'What payments has written of a charge is what Stripe says.',
  compare: (reading) =>
    each(
      reading.payments.filter((payment) => reading.knowsMoneyOf(creation(reading, payment))),
      (payment) => {
        const charges = reading.moneyOfOrder.get(payment.id) ?? [];
        const text = problem(payment, charges);
        return text === undefined
          ? undefined
          : found(`the charge of order ${payment.id} ${text}`, payment.id, ...charges.map(({ id }) => id));
      },
    ),
};
