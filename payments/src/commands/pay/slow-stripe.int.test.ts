import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 3_000 });
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

const unknown = {
  status: 503,
  body: { errors: [{ message: 'The outcome of the payment at Stripe is unknown; you can safely retry' }] },
};

test('When Stripe does not respond to a call, then it is retried and the order is charged once', async () => {
  const order = await payments.payable();
  await payments.sandbox.behave({ failNext: 'timeout' });
  expect((await payments.pay(order.id)).status).toBe(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

/** The first decline creates the PaymentIntent, so that the slow call is a confirmation. */
const declinedOnce = async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  return order;
};

/** Removes the delay and resolves once Stripe has tried `cards` cards for the order. */
const untilStripeHasTried = async (orderId: string, cards: number): Promise<void> => {
  await payments.sandbox.behave({ delayMs: 0 });
  await payments.system.eventually(async () => {
    expect(await payments.sandbox.charges(orderId)).toHaveLength(cards);
  });
};

test('When a slow call is retried, then the card is tried once', async () => {
  const order = await declinedOnce();
  await payments.sandbox.behave({ delayMs: 1_800 });
  expect(await payments.pay(order.id, 'tok_chargeDeclinedInsufficientFunds')).toEqual({
    status: 400,
    body: { errors: [{ message: 'Your card has insufficient funds.' }] },
  });
  expect(await payments.sandbox.charges(order.id)).toHaveLength(2);
});

test('When Stripe does not respond before the deadline, then the outcome is unknown, and a retry returns it', async () => {
  const order = await declinedOnce();
  await payments.sandbox.behave({ delayMs: 6_000 });
  expect(await payments.pay(order.id)).toEqual(unknown);
  await payments.sandbox.behave({ delayMs: 0 });
  // The buyer had the response before Stripe tried the card.
  expect(await payments.sandbox.charges(order.id)).toHaveLength(1);
  await payments.system.eventually(async () => {
    expect((await payments.pay(order.id)).status).toBe(201);
  });
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', attempts: 1 });
});

test('When the outcome was unknown and is a decline, then a retry with the same card returns its message and counts once', async () => {
  const order = await declinedOnce();
  await payments.sandbox.behave({ delayMs: 3_500 });
  const card = 'tok_chargeDeclinedInsufficientFunds';
  expect(await payments.pay(order.id, card)).toEqual(unknown);
  await untilStripeHasTried(order.id, 2);
  expect(await payments.pay(order.id, card)).toEqual({
    status: 400,
    body: { errors: [{ message: 'Your card has insufficient funds.' }] },
  });
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 2 });
  expect(await payments.sandbox.charges(order.id)).toHaveLength(2);
});

test('When the outcome was unknown and is a decline, then another card is tried in an attempt of its own', async () => {
  const order = await declinedOnce();
  await payments.sandbox.behave({ delayMs: 3_500 });
  expect(await payments.pay(order.id, 'tok_chargeDeclinedInsufficientFunds')).toEqual(unknown);
  await untilStripeHasTried(order.id, 2);
  expect((await payments.pay(order.id, 'tok_visa')).status).toBe(201);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', attempts: 2 });
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When the first call is slow, then its retry gets 409 (its key is in use) until Stripe has tried the card, once', async () => {
  const order = await payments.payable();
  await payments.sandbox.behave({ delayMs: 1_800 });
  expect((await payments.pay(order.id)).status).toBe(201);
  // The first call gets no response in time; the last gets the stored one, and those between them 409.
  expect(await payments.sandbox.callsUnder(order.id)).toBeGreaterThan(2);
  expect(await payments.sandbox.charges(order.id)).toHaveLength(1);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When Stripe is too slow for the first call, then the outcome is unknown while Stripe executes it, and a retry returns it', async () => {
  const order = await payments.payable();
  await payments.sandbox.behave({ delayMs: 4_500 });
  expect(await payments.pay(order.id)).toEqual(unknown);
  await payments.sandbox.behave({ delayMs: 0 });
  const blocked = payments.calls('blockAttempt');
  // Stripe is still executing the call, so its key is in use.
  const retry = payments.pay(order.id);
  await payments.system.eventually(() => expect(payments.calls('blockAttempt')).toBeGreaterThan(blocked));
  expect(await payments.sandbox.intents(order.id)).toEqual([]);
  expect((await retry).status).toBe(201);
  expect(await payments.sandbox.charges(order.id)).toHaveLength(1);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', attempts: 0 });
});

test('When the first call was too slow and is a decline, then a retry with the same card returns its message and counts once', async () => {
  const order = await payments.payable();
  await payments.sandbox.behave({ delayMs: 3_500 });
  expect(await payments.pay(order.id, 'tok_chargeDeclined')).toEqual(unknown);
  await untilStripeHasTried(order.id, 1);
  expect(await payments.pay(order.id, 'tok_chargeDeclined')).toEqual({
    status: 400,
    body: { errors: [{ message: 'Your card was declined.' }] },
  });
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 1 });
});
