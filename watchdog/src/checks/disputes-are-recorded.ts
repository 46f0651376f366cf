import { checkEach, finding, type Check } from './check.ts';

export const disputesAreRecorded: Check = {
  name: 'disputes-are-recorded',
  rule: 'Payments has recorded every dispute at Stripe, 90 s after it began at the latest.',
  run: ({ disputes, payments, at }, { settleWithinMs }) => {
    const byIntent = new Map(payments.map((payment) => [payment.stripeId, payment]));
    return checkEach(
      disputes.filter(({ created }) => at - created * 1000 > settleWithinMs),
      ({ id, intentId }) => {
        const payment = intentId === undefined ? undefined : byIntent.get(intentId);
        return payment?.disputes.includes(id) === true
          ? undefined
          : finding(`dispute ${id} of ${intentId ?? 'no PaymentIntent'} is not recorded`, id, payment?.id);
      },
    );
  },
};
