import type { Snapshot } from '../snapshot/snapshot.ts';
import { missing } from '../sources/find-all.ts';
import { isSettled, type PaymentRecord } from '../sources/payments.ts';
import { checkEach, finding, type Check } from './check.ts';

const ended = new Set(['canceled', 'succeeded']);

const problemOf = (payment: PaymentRecord, { intentById, intentsByOrder }: Snapshot): string | undefined => {
  const { id, stripeId } = payment;
  const own = stripeId === undefined ? undefined : intentById.get(stripeId);
  if (own?.status === missing.text) return `has the PaymentIntent ${own.id}, which Stripe does not know`;
  if (own !== undefined && own.orderId !== id)
    return `has the PaymentIntent ${own.id} of ${own.orderId === undefined ? 'no order' : `order ${own.orderId}`}`;
  if (payment.order?.status !== 'cancelled' || !isSettled(payment)) return undefined;
  const open = intentsByOrder.get(id)?.find(({ status }) => !ended.has(status));
  return open === undefined ? undefined : `is cancelled, but its PaymentIntent ${open.id} is ${open.status}`;
};

export const paymentIntentsMatchStripe: Check = {
  name: 'payment-intents-match-stripe',
  rule: 'The PaymentIntent of a charge is the order’s own at Stripe, and can no longer be paid once payments is done with a cancelled order.',
  run: (snapshot) =>
    checkEach(snapshot.payments, (payment) => {
      const problem = problemOf(payment, snapshot);
      return problem === undefined ? undefined : finding(`order ${payment.id} ${problem}`, payment.id);
    }),
};
