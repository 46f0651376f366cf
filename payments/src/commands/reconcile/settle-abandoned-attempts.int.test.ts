import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000 });
});
afterAll(() => payments.close());

const attemptOpen = { status: 409, body: { errors: [{ message: 'Another payment of this order is under way' }] } };

/** A buyer's request whose process dies at the given step. */
const payAndDie = async (
  orderId: string,
  when: 'before' | 'after',
  step: 'tryCard',
  token = 'tok_visa',
): Promise<void> => {
  payments.dieAt(when, step);
  expect((await payments.pay(orderId, token)).status).toBe(500);
};

/** Until no request of the attempt can still be on its way to Stripe. */
const wait = () => payments.system.clock.advance(41_000);

const untilSettled = (orderId: string) =>
  payments.system.eventually(async () => {
    const stored = await payments.stored(orderId);
    expect(stored?.openAttempt).toBeUndefined();
    return stored;
  });

test('When the process dies with the charge made, then the reconciler completes the payment', async () => {
  const order = await payments.payable();
  await payAndDie(order.id, 'after', 'tryCard');
  expect(await payments.pay(order.id)).toEqual(attemptOpen);
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'completed', declines: 0 });
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)).toMatchObject({ status: 'completed' });
  });
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect((await payments.pay(order.id)).status).toBe(201);
});

test('When the process dies with the card declined, then the reconciler counts the decline, once', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  await payAndDie(order.id, 'after', 'tryCard', 'tok_chargeDeclinedExpiredCard');
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'created', declines: 2 });
  await payAndDie(order.id, 'before', 'tryCard');
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'created', declines: 2 });
  expect((await payments.pay(order.id)).status).toBe(201);
});

test('When the process dies before the card is tried, then the attempt does not count and another one pays', async () => {
  const order = await payments.payable();
  await payAndDie(order.id, 'before', 'tryCard');
  expect(await payments.pay(order.id)).toEqual(attemptOpen);
  wait();
  expect(await untilSettled(order.id)).toMatchObject({ status: 'created', declines: 0 });
  expect((await payments.pay(order.id, 'tok_mastercard')).status).toBe(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When a process was only paused and tries its card after another one has paid, then nothing more is charged', async () => {
  const order = await payments.payable();
  const pause = payments.pauseAt('before', 'tryCard');
  const paused = payments.pay(order.id);
  await pause.reached;
  wait();
  await untilSettled(order.id);
  expect((await payments.pay(order.id, 'tok_mastercard')).status).toBe(201);
  pause.goOn();
  expect(await paused).toEqual({ status: 201, body: { id: order.id } });
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When a process was only paused with a decline, then it does not count for the attempt that came after', async () => {
  const order = await payments.payable();
  const pause = payments.pauseAt('after', 'tryCard');
  const paused = payments.pay(order.id, 'tok_chargeDeclinedStolenCard');
  await pause.reached;
  const other = payments.pauseAt('before', 'tryCard');
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $unset: { openAttempt: true } });
  const next = payments.pay(order.id, 'tok_mastercard');
  await other.reached;
  pause.goOn();
  expect((await paused).status).toBe(400);
  expect(await payments.stored(order.id)).toMatchObject({ status: 'created', declines: 0, openAttempt: { number: 2 } });
  other.goOn();
  expect((await next).status).toBe(201);
});

test('When Stripe may have forgotten the idempotency key of the attempt, then the charged one is still found', async () => {
  const order = await payments.payable();
  await payAndDie(order.id, 'after', 'tryCard');
  // A day later by our clock. The sandbox still has the key; at Stripe it would be taken for another PaymentIntent.
  const blocked = payments.calls('blockAttempt');
  payments.system.clock.advance(24 * 60 * 60 * 1000);
  expect(await untilSettled(order.id)).toMatchObject({ status: 'completed' });
  expect(payments.calls('blockAttempt')).toBe(blocked);
});

test('When Stripe refuses the card of a paused process without trying it, then nothing is charged and another attempt can pay', async () => {
  const order = await payments.payable();
  // The attempt's idempotency key is in use for another request, so that Stripe refuses it without an outcome.
  await payments.sandbox.stripe.paymentIntents.create({ amount: 100, currency: 'usd' }, { idempotencyKey: order.id });
  const pause = payments.pauseAt('before', 'tryCard');
  const paused = payments.pay(order.id);
  await pause.reached;
  wait();
  await untilSettled(order.id);
  pause.goOn();
  expect(await paused).toEqual({
    status: 503,
    body: { errors: [{ message: 'Stripe does not respond; nothing was charged, please try again' }] },
  });
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
  expect((await payments.pay(order.id)).status).toBe(201);
});
