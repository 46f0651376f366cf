import { expect, test } from '@jest/globals';
import { Stripe } from 'stripe';
import { sdk, useSandbox } from './test/harness.ts';

const outcome = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'paid';
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error.code ?? error.type;
    throw error;
  }
};

test('When a PaymentIntent is confirmed by several calls at once, then one charges the card and the others are refused', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  for (const delayMs of [0, 1_500]) {
    await sandbox.behave({ delayMs: 0 });
    const { id } = await stripe.paymentIntents.create({ amount: 1999, currency: 'usd' });
    await sandbox.behave({ delayMs });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => outcome(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }))),
    );
    const refusal = delayMs === 0 ? 'payment_intent_unexpected_state' : 'lock_timeout';
    expect(outcomes.toSorted()).toEqual(['paid', ...Array.from({ length: 4 }, () => refusal)].toSorted());
    expect((await stripe.charges.list({ payment_intent: id })).data).toHaveLength(1);
  }
});

test('When SDKs with retries confirm a locked PaymentIntent, then the card is charged once and all see that it has succeeded', async () => {
  const sandbox = await useSandbox();
  const retrying = sdk(sandbox.url, { retries: 5 });
  const { id } = await retrying.paymentIntents.create({ amount: 1999, currency: 'usd' });
  await sandbox.behave({ delayMs: 200 });
  const confirm = () => outcome(retrying.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' }));
  const outcomes = await Promise.all([confirm(), confirm()]);
  expect(outcomes.toSorted()).toEqual(['paid', 'payment_intent_unexpected_state']);
  expect((await retrying.charges.list({ payment_intent: id })).data).toHaveLength(1);
});

test('When several calls refund a payment at once, then it is refunded once', async () => {
  const sandbox = await useSandbox();
  const { stripe } = sandbox;
  const { id } = await stripe.paymentIntents.create({
    amount: 1999,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
  });
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => outcome(stripe.refunds.create({ payment_intent: id }))),
  );
  expect(outcomes.filter((each) => each === 'paid')).toHaveLength(1);
  expect((await stripe.refunds.list()).data.map((refund) => refund.amount)).toEqual([1999]);
});

test('When 100 orders are paid by 5 concurrent calls each, then each has exactly one charge, of its own price', async () => {
  const sandbox = await useSandbox();
  const retrying = sdk(sandbox.url, { retries: 3 });
  const orders = Array.from({ length: 100 }, (_, index) => ({ id: `order${index}`, amount: 1000 + index }));
  const pay = async (order: (typeof orders)[number], attempt: number) => {
    const intent = await retrying.paymentIntents.create(
      { amount: order.amount, currency: 'usd', metadata: { orderId: order.id } },
      { idempotencyKey: order.id },
    );
    return outcome(
      retrying.paymentIntents.confirm(
        intent.id,
        { payment_method: 'pm_card_visa' },
        { idempotencyKey: `${order.id}:${attempt}` },
      ),
    );
  };
  const outcomes = await Promise.all(orders.flatMap((order) => [1, 2, 3, 4, 5].map((attempt) => pay(order, attempt))));
  expect(outcomes.filter((each) => each === 'paid')).toHaveLength(100);
  expect(outcomes.filter((each) => each === 'payment_intent_unexpected_state')).toHaveLength(400);

  const charges = await retrying.charges.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
  const charged = charges.map((charge) => `${charge.metadata['orderId']} ${charge.amount} ${charge.status}`);
  expect(charged.toSorted()).toEqual(orders.map((order) => `${order.id} ${order.amount} succeeded`).toSorted());
});
