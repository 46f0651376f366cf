import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chargeClosed, chargeUpdated, orderUpdated, type OrderState } from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import type { PaymentDocument } from '../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000 });
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

/** Publishes that the order is closing, which is the request of orders. A repeat is the same version under another id. */
const requestClose = async (order: OrderState): Promise<OrderState> => {
  const closing = { ...order, version: 2, closing: 'expired' as const };
  await payments.system.publish(orderUpdated, closing);
  return closing;
};

const closedEvents = (order: OrderState) =>
  payments.system.events(chargeClosed).filter(({ data }) => data.orderId === order.id);
const completedEvents = (order: OrderState) =>
  payments.system.events(chargeUpdated).filter(({ data }) => data.id === order.id && data.status === 'completed');

const untilClosed = (order: OrderState, count = 1) =>
  payments.system.eventually(async () => {
    expect(closedEvents(order)).toHaveLength(count);
    const stored = await payments.stored(order.id);
    expect(stored?.closedAt).toBeInstanceOf(Date);
    expect([stored?.openAttempt, stored?.closingDue, stored?.refundDue]).toEqual([undefined, undefined, undefined]);
  });

const untilClosingIsCopied = (order: OrderState) =>
  payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.order?.closing).toBe('expired');
  });

const expired = { status: 400, body: { errors: [{ message: expect.stringContaining('expired') }] } };

test('When nobody tried to pay, then the payment is closed at once, without Stripe, and nobody can pay any more', async () => {
  const order = await payments.payable();
  await requestClose(order);
  await untilClosed(order);
  expect(await payments.pay(order.id)).toEqual(expired);
  expect(await payments.sandbox.intents(order.id)).toEqual([]);
  expect((await payments.get(order.id)).status).toBe(404);
});

test('When an earlier release has copied the closing order without its reason, then the payment is closed when orders repeats the request', async () => {
  const order = await payments.payable();
  await payments.system
    .collection<PaymentDocument>('payments')
    .updateOne({ _id: order.id }, { $set: { 'order.version': 2 } });
  await requestClose(order);
  await untilClosed(order);
});

test('When a closing order is paid and cancelled while its worker asks Stripe, then the payment is no sale, and is refunded', async () => {
  const order = await payments.payable();
  const attempt = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await attempt.reached;
  const worker = payments.pauseAt('before', 'cancelIntent');
  const closing = await requestClose(order);
  await worker.reached;
  attempt.goOn();
  expect((await response).status).toBe(201);
  await payments.cancel(closing);
  worker.goOn();
  await payments.system.eventually(async () => {
    const stored = await payments.stored(order.id);
    expect(stored).toMatchObject({ status: 'refunded', amountRefunded: order.price });
    expect([stored?.completedAt, stored?.refundDue]).toEqual([undefined, undefined]);
  });
});

test('When an earlier release completes a charge after its payment was closed, then the money is refunded', async () => {
  const order = await payments.payable();
  const attempt = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await attempt.reached;
  const documents = payments.system.collection<PaymentDocument>('payments');
  const [intent] = await payments.sandbox.intents(order.id);
  const stripeId = intent?.id ?? '';
  const closedAt = payments.system.clock.now();
  const refundDue = { due: closedAt, failures: 0, correlationId: 'test', traceId: '0'.repeat(32) };
  await documents.updateOne(
    { _id: order.id },
    {
      $set: {
        status: 'completed',
        stripeId,
        closedAt,
        refundDue,
        'order.status': 'cancelled',
        'order.reason': 'expired',
      },
      $unset: { openAttempt: true },
    },
  );
  await payments.system.eventually(async () => {
    expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
    expect((await payments.stored(order.id))?.status).toBe('refunded');
  });
  attempt.goOn();
  expect((await response).status).toBe(400);
});

test('When the closing order is the first that payments hears of it, then it is closed', async () => {
  const order = newOrder({
    status: 'awaiting:payment',
    version: 2,
    expiresAt: payments.system.clock.now().toISOString(),
  });
  await requestClose(order);
  await untilClosed(order);
});

test('When the last attempt was declined, then the payment is closed, and its PaymentIntent is canceled', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  await requestClose(order);
  await untilClosed(order);
  await payments.system.eventually(async () => {
    expect((await payments.sandbox.intents(order.id)).map(({ status }) => status)).toEqual(['canceled']);
  });
  const cancels = payments.calls('cancelIntent');
  await payments.cancel({ ...order, version: 2 }, 'expired');
  const other = await payments.payable();
  await payments.pay(other.id, 'tok_chargeDeclined');
  await payments.cancel(other);
  await payments.system.eventually(() => expect(payments.calls('cancelIntent')).toBe(cancels + 1));
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 1 });
});

test('When the order was paid, then the response is its charge, a repeated payment is still 201, and nothing is refunded', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  await payments.system.eventually(() => expect(completedEvents(order)).toHaveLength(1));
  await requestClose(order);
  await payments.system.eventually(() => expect(completedEvents(order)).toHaveLength(2));
  expect(await payments.pay(order.id, 'tok_mastercard')).toMatchObject({ status: 201 });
  expect(closedEvents(order)).toEqual([]);
  expect(await payments.sandbox.refunds(order.id)).toEqual([]);
});

test('When an attempt has not reached Stripe, then its PaymentIntent is canceled before the payment is closed', async () => {
  const order = await payments.payable();
  const attempt = payments.pauseAt('before', 'tryCard');
  const response = payments.pay(order.id);
  await attempt.reached;
  const cancel = payments.pauseAt('before', 'cancelIntent');
  await requestClose(order);
  await cancel.reached;
  await untilClosingIsCopied(order);
  expect(closedEvents(order)).toEqual([]);
  cancel.goOn();
  await untilClosed(order);
  attempt.goOn();
  expect(await response).toEqual(expired);
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
});

test('When the open attempt ends while the order is closing, then no other can begin before the payment is closed', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  const attempt = payments.pauseAt('before', 'tryCard');
  const response = payments.pay(order.id, 'tok_chargeDeclined');
  await attempt.reached;
  const cancel = payments.pauseAt('before', 'cancelIntent');
  await requestClose(order);
  await cancel.reached;
  attempt.goOn();
  expect(await response).toMatchObject({ status: 400 });
  expect((await payments.stored(order.id))?.openAttempt).toBeUndefined();
  expect(await payments.pay(order.id)).toEqual(expired);
  cancel.goOn();
  await untilClosed(order);
  expect((await payments.sandbox.charges(order.id)).filter(({ paid }) => paid)).toEqual([]);
});

test('When an attempt is charged while the order is closing, then the buyer gets 201 and nothing is refunded', async () => {
  const order = await payments.payable();
  const attempt = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await attempt.reached;
  await requestClose(order);
  await payments.system.eventually(() => expect(completedEvents(order)).toHaveLength(1));
  attempt.goOn();
  expect(await response).toEqual({ status: 201, body: { id: order.id } });
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.closingDue).toBeUndefined();
  });
  expect(await payments.sandbox.refunds(order.id)).toEqual([]);
  expect(closedEvents(order)).toEqual([]);
});

test('When the process dies with the card charged, then the order is paid, although it is closing', async () => {
  const order = await payments.payable();
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id);
  await requestClose(order);
  await payments.system.eventually(() => expect(completedEvents(order)).toHaveLength(1));
  expect(await payments.pay(order.id)).toMatchObject({ status: 201 });
});

test.each([
  ['before', 'blockAttempt'],
  ['after', 'blockAttempt'],
  ['before', 'cancelIntent'],
  ['after', 'cancelIntent'],
] as const)('When the worker dies %s %s, then another closes the payment', async (when, step) => {
  const order = await payments.payable();
  payments.dieAt('before', 'tryCard');
  await payments.pay(order.id);
  payments.dieAt(when, step);
  const before = payments.calls(step);
  await requestClose(order);
  await payments.system.eventually(() => expect(payments.calls(step)).toBe(before + 1));
  payments.system.clock.advance(31_000);
  await untilClosed(order);
});

test('When Stripe does not respond while an attempt is open, then orders gets no response until it does', async () => {
  const order = await payments.payable();
  payments.dieAt('before', 'tryCard');
  await payments.pay(order.id);
  await payments.sandbox.behave({ delayMs: 3_000 });
  await requestClose(order);
  await payments.system.eventually(async () => {
    const stored = await payments.stored(order.id);
    expect(stored?.closingDue?.failures).toBeGreaterThan(0);
    // An earlier release refunds what has this mark, even if the order is paid.
    expect(stored?.refundDue).toBeUndefined();
  });
  expect(closedEvents(order)).toEqual([]);
  await payments.sandbox.behave({ delayMs: 0 });
  payments.system.clock.advance(10_000);
  await untilClosed(order);
});

test('When orders repeats the request, then it gets the response again, in every state', async () => {
  const unpaid = await payments.payable();
  const paid = await payments.payable();
  await payments.pay(paid.id);
  for (const order of [unpaid, paid]) {
    await requestClose(order);
    await requestClose(order);
  }
  await untilClosed(unpaid, 2);
  await payments.system.eventually(() => expect(completedEvents(paid)).toHaveLength(3));
});

test('When the request arrives after the end of the order, as from a restored backup, then the response is that the payment is closed', async () => {
  const order = await payments.payable();
  await payments.cancel({ ...order, version: 2 });
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.order?.status).toBe('cancelled');
  });
  await requestClose(order);
  await payments.system.eventually(() => expect(closedEvents(order)).toHaveLength(1));
  expect((await payments.stored(order.id))?.order?.status).toBe('cancelled');
});

test('When money arrives after the payment was closed, then it is refunded once, and the charge was never completed', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  const cancel = payments.pauseAt('before', 'cancelIntent');
  await requestClose(order);
  await cancel.reached;
  const { stripeId = '' } = (await payments.stored(order.id)) ?? {};
  await payments.sandbox.stripe.paymentIntents.confirm(stripeId, { payment_method: 'pm_card_visa' });
  cancel.goOn();
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded' });
  });
  expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
  expect(await payments.pay(order.id)).toMatchObject({ status: 400 });
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).map(({ status }) => status)).toContain('refunded');
  });
  expect(completedEvents(order)).toEqual([]);
});

test('When payment has failed and money arrives all the same, then it is refunded without completing the charge', async () => {
  const order = await payments.payable();
  for (let attempt = 0; attempt < 3; attempt += 1) await payments.pay(order.id, 'tok_chargeDeclined');
  expect((await payments.stored(order.id))?.status).toBe('failed');
  const { stripeId = '' } = (await payments.stored(order.id)) ?? {};
  await payments.sandbox.stripe.paymentIntents.confirm(stripeId, { payment_method: 'pm_card_visa' });
  await payments.cancel(order, 'payment_failed');
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded' });
  });
  expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
  expect(completedEvents(order)).toEqual([]);
});

test('When the payment is closed, then an earlier release refuses to pay for the order too', async () => {
  const order = await payments.payable();
  await requestClose(order);
  await untilClosed(order);
  // It knows no `closing`: its claim asks for the status and the deadline alone.
  const payable: Pick<PaymentDocument, '_id'> | null = await payments.system
    .collection<PaymentDocument>('payments')
    .findOne({
      _id: order.id,
      'order.status': 'awaiting:payment',
      'order.expiresAt': { $gt: payments.system.clock.now().toISOString() },
    });
  expect(payable).toBeNull();
});
