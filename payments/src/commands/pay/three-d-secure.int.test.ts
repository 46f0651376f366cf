import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chargeClosed, orderUpdated, type OrderState } from '@ticketing/common/events';
import { z } from 'zod';
import type { PaymentDocument } from '../../models/payment.ts';
import { openPayments, type HttpResponse, type PaymentsUnderTest } from '../../test/harness.ts';

// No webhooks: they have a test of their own, and everything here holds without them.

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000 });
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

const card = 'tok_threeDSecure2Required';
const pending = z.object({ id: z.string(), nextAction: z.object({ url: z.string() }) });
const notConfirmed = {
  status: 400,
  body: { errors: [{ message: 'Your bank did not confirm this payment. Try again, or use another card.' }] },
};

const bankPage = ({ status, body }: HttpResponse): string => {
  expect(status).toBe(202);
  return pending.parse(body).nextAction.url;
};
const payAtBank = async (token = card) => {
  const order = await payments.payable();
  return { order, url: bankPage(await payments.pay(order.id, token)) };
};
const answer = (url: string, outcome: 'complete' | 'fail') =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ outcome }), redirect: 'manual' });
/** Until the page of the order makes the PaymentIntent be read again. */
const aMoment = () => payments.system.clock.advance(1_001);

test('When the bank wants a confirmation, then the buyer gets its page, and the same request returns the outcome', async () => {
  const { order, url } = await payAtBank();
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 0, nextAction: { url } });
  expect(bankPage(await payments.pay(order.id, card))).toBe(url);
  const back = await answer(url, 'complete');
  expect(back.headers.get('location')).toContain(`/orders/${order.id}?from=bank`);
  expect(await payments.pay(order.id, card)).toEqual({ status: 201, body: { id: order.id } });
  const { body } = await payments.get(order.id);
  expect(body).toMatchObject({ status: 'completed', attempts: 0 });
  expect(body).not.toHaveProperty('nextAction');
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When the page of the order is loaded again at once, then Stripe is not asked again', async () => {
  const { order, url } = await payAtBank();
  const reads = payments.calls('readIntent');
  expect((await payments.get(order.id)).body).toMatchObject({ nextAction: { url } });
  expect(payments.calls('readIntent')).toBe(reads);
});

test('When the confirmation fails, then it counts once, and the request gets that outcome, whoever has read it', async () => {
  const { order, url } = await payAtBank();
  await answer(url, 'fail');
  aMoment();
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 1 });
  expect(await payments.pay(order.id, card)).toEqual(notConfirmed);
  const again = bankPage(await payments.pay(order.id, card));
  await answer(again, 'fail');
  expect(await payments.pay(order.id, card)).toEqual(notConfirmed);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 2 });
  expect((await payments.pay(order.id)).status).toBe(201);
});

test('When the confirmation succeeds and the card is declined, then the decline counts', async () => {
  const { order, url } = await payAtBank('tok_threeDSecureRequiredChargeDeclined');
  await answer(url, 'complete');
  expect((await payments.pay(order.id, 'tok_threeDSecureRequiredChargeDeclined')).status).toBe(400);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 1 });
});

test('When another card is used instead, then the confirmation ends uncounted, and its page charges nothing', async () => {
  const { order, url } = await payAtBank();
  expect((await payments.pay(order.id)).status).toBe(201);
  await answer(url, 'complete');
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', attempts: 0 });
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
  expect(await payments.sandbox.intents(order.id)).toHaveLength(1);
});

test('When Stripe does not know the other card, then the confirmation goes on, and a worker finds its outcome', async () => {
  const { order, url } = await payAtBank();
  expect((await payments.pay(order.id, 'tok_unknown')).status).toBe(400);
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 0, nextAction: { url } });
  await answer(url, 'complete');
  payments.system.clock.advance(6_000);
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'completed' });
  });
});

test('When Stripe has not got the other card, then the confirmation goes on once its attempt is abandoned', async () => {
  const { order, url } = await payAtBank();
  payments.dieAt('before', 'tryCard');
  await payments.pay(order.id);
  aMoment();
  expect((await payments.pay(order.id)).status).toBe(409);
  payments.system.clock.advance(41_000);
  await payments.system.eventually(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', nextAction: { url } });
  });
  expect((await payments.stored(order.id))?.openAttempt?.number).toBe(1);
  expect(bankPage(await payments.pay(order.id, card))).toBe(url);
  expect((await payments.pay(order.id)).status).toBe(201);
});

test('When another card is sent after the confirmation was completed, then the order is paid once', async () => {
  const { order, url } = await payAtBank();
  await answer(url, 'complete');
  expect((await payments.pay(order.id, 'tok_mastercard')).status).toBe(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When the confirmation is completed while another card is being tried, then the order is paid once', async () => {
  const { order, url } = await payAtBank();
  const pause = payments.pauseAt('before', 'tryCard');
  const other = payments.pay(order.id, 'tok_mastercard');
  await pause.reached;
  await answer(url, 'complete');
  pause.goOn();
  expect((await other).status).toBe(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When two requests use other cards at once, then one attempt follows', async () => {
  const { order } = await payAtBank();
  const responses = await Promise.all(['tok_visa', 'tok_mastercard'].map((token) => payments.pay(order.id, token)));
  expect(responses.map(({ status }) => status)).toContain(201);
  expect(await payments.sandbox.paid(order.id)).toHaveLength(1);
});

test('When the buyer never comes back, then a worker finds the outcome', async () => {
  const { order, url } = await payAtBank();
  await answer(url, 'complete');
  payments.system.clock.advance(6_000);
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'completed' });
  });
});

test('When the process dies before it stores that the bank wants a confirmation, then the same request gets its page', async () => {
  const order = await payments.payable();
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id, card);
  payments.system.clock.advance(41_000);
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.openAttempt?.action).toBeDefined();
  });
  await answer(bankPage(await payments.pay(order.id, card)), 'complete');
  expect((await payments.pay(order.id, card)).status).toBe(201);
});

const ask = (order: OrderState) =>
  payments.system.publish(orderUpdated, { ...order, version: 2, closing: 'expired' as const });

test('When the deadline comes during the confirmation, then the PaymentIntent is canceled before the payment is closed', async () => {
  const { order, url } = await payAtBank();
  await ask(order);
  await payments.system.eventually(async () => {
    expect(payments.system.events(chargeClosed).filter(({ data }) => data.orderId === order.id)).toHaveLength(1);
    expect((await payments.stored(order.id))?.openAttempt).toBeUndefined();
  });
  await answer(url, 'complete');
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
  expect((await payments.pay(order.id, card)).status).toBe(400);
});

test('When the buyer confirms the payment after the order has ended, then nothing is charged, and the request says so', async () => {
  const { order, url } = await payAtBank();
  await ask(order);
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.closedAt).toBeDefined();
  });
  expect((await answer(url, 'complete')).status).toBe(410);
  expect(await payments.pay(order.id, card)).toEqual({
    status: 400,
    body: { errors: [{ message: 'This order has expired' }] },
  });
  const { body } = await payments.get(order.id);
  expect(body).toMatchObject({ status: 'created', attempts: 0 });
  expect(body).not.toHaveProperty('nextAction');
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
});

test('When the confirmation was completed before the deadline and nobody has read it, then the order is paid', async () => {
  const { order, url } = await payAtBank();
  const cancel = payments.pauseAt('before', 'cancelIntent');
  await ask(order);
  await cancel.reached;
  await answer(url, 'complete');
  cancel.goOn();
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'completed' });
  });
  expect(await payments.sandbox.refunds(order.id)).toEqual([]);
});

test('When another card is used after the deadline, then it is refused, and the attempt is left to the closing', async () => {
  const { order } = await payAtBank();
  await payments.system
    .collection<PaymentDocument>('payments')
    .updateOne({ _id: order.id }, { $set: { 'order.expiresAt': new Date(0).toISOString() } });
  expect(await payments.pay(order.id)).toEqual({
    status: 400,
    body: { errors: [{ message: 'This order has expired' }] },
  });
  expect((await payments.stored(order.id))?.openAttempt?.number).toBe(1);
});

test('When the order is cancelled during the confirmation, then its page charges nothing', async () => {
  const { order, url } = await payAtBank();
  await payments.cancel(order);
  await payments.system.eventually(async () => {
    expect((await payments.sandbox.intents(order.id)).map(({ status }) => status)).toEqual(['canceled']);
    expect((await payments.stored(order.id))?.openAttempt).toBeUndefined();
  });
  await answer(url, 'complete');
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
});

test('When Stripe does not respond to a buyer who comes back, then the charge is shown as it was', async () => {
  const { order, url } = await payAtBank();
  await answer(url, 'complete');
  await payments.sandbox.behave({ delayMs: 3_000 });
  aMoment();
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', nextAction: { url } });
});
