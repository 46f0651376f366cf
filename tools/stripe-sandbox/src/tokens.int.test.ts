import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testCards } from './domain/test-cards.ts';
import { byToken, openSandbox, stripeErrorOf } from './test/harness.ts';

let sandbox: Awaited<ReturnType<typeof openSandbox>>;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const outcomes = testCards.flatMap((card) =>
  card.names.map((name) => {
    const unauthenticated = card.decline === undefined ? 'succeeded' : card.decline.declineCode;
    return [name, card.requiresAuthentication ? 'requires_action' : unauthenticated] as const;
  }),
);

test.each(outcomes)(
  'When tok_%s or pm_card_%s is charged, then the outcome is as the table says',
  async (name, outcome) => {
    const { stripe } = sandbox;
    const order = { amount: 1999, currency: 'usd', confirm: true } as const;
    const withToken = () => stripe.paymentIntents.create({ ...order, ...byToken(`tok_${name}`) });
    const byMethod = () => stripe.paymentIntents.create({ ...order, payment_method: `pm_card_${name}` });
    for (const pay of [withToken, byMethod]) {
      if (['succeeded', 'requires_action'].includes(outcome)) expect(await pay()).toMatchObject({ status: outcome });
      else expect(await stripeErrorOf(pay())).toMatchObject({ statusCode: 402, decline_code: outcome });
    }
  },
);

// Listed here instead of imported, since callers rely on these names.
test.each([
  ['tok_chargeDeclined', 'card_declined', 'generic_decline', 'Your card was declined.'],
  ['tok_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds', 'Your card has insufficient funds.'],
  ['tok_chargeDeclinedExpiredCard', 'expired_card', 'expired_card', 'Your card has expired.'],
  ['tok_chargeDeclinedLostCard', 'card_declined', 'lost_card', 'Your card was declined.'],
  ['tok_chargeDeclinedStolenCard', 'card_declined', 'stolen_card', 'Your card was declined.'],
  ['tok_chargeDeclinedFraudulent', 'card_declined', 'fraudulent', 'Your card was declined.'],
  ['tok_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc', "Your card's security code is incorrect."],
  [
    'tok_chargeDeclinedProcessingError',
    'processing_error',
    'processing_error',
    'An error occurred while processing your card. Try again in a little bit.',
  ],
])('When %s is charged, then the error is %s / %s', async (token, code, declineCode, message) => {
  const declined = sandbox.stripe.paymentIntents.create({
    amount: 1999,
    currency: 'usd',
    confirm: true,
    ...byToken(token),
  });
  expect(await stripeErrorOf(declined)).toMatchObject({ code, decline_code: declineCode, message });
});
