import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, type OrderState } from '@ticketing/common/events';
import type { PaymentDocument } from '../../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { recordNothingLeft } from '../record-charge.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000 });
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

const untilRefunded = (order: OrderState) =>
  payments.system.eventually(async () => {
    const [refund, ...others] = await payments.sandbox.refunds(order.id);
    expect(others).toEqual([]);
    expect(refund).toMatchObject({ amount: order.price, metadata: { orderId: order.id } });
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', stripeRefundId: refund?.id });
    expect((await payments.stored(order.id))?.refundDue).toBeUndefined();
  });

const untilPrevented = (order: OrderState) =>
  payments.system.eventually(async () => {
    expect((await payments.sandbox.intents(order.id)).map(({ status }) => status)).toEqual(['canceled']);
    const stored = await payments.stored(order.id);
    expect([stored?.openAttempt, stored?.refundDue]).toEqual([undefined, undefined]);
  });

test('When a paid order is cancelled, then it is refunded once, and the buyer and the other services see it', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  const cancelled = await payments.cancel(order, 'not_delivered');
  await payments.system.publish(orderCancelled, cancelled);
  await untilRefunded(order);
  expect((await payments.get(order.id)).body).toMatchObject({
    status: 'refunded',
    version: 2,
    stripeRefundId: (await payments.sandbox.refunds(order.id))[0]?.id,
  });
  await payments.system.eventually(() => {
    expect(payments.updates(order.id)).toMatchObject([
      { status: 'completed' },
      { status: 'refunded', refundedAt: expect.stringMatching(/^20.*Z$/) },
    ]);
  });
  expect(await payments.pay(order.id)).toMatchObject({ status: 400 });
});

test('When an order is cancelled after a decline, then its PaymentIntent can no longer be charged', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  await payments.cancel(order);
  await untilPrevented(order);
  expect((await payments.stored(order.id))?.status).toBe('created');
  const cancelled = payments.calls('cancelIntent');
  await payments.cancel(order);
  const later = await payments.payable();
  await payments.pay(later.id);
  await payments.cancel(later);
  await untilRefunded(later);
  expect(payments.calls('cancelIntent')).toBe(cancelled);
});

test('When a cancelled order has no attempt to pay, then Stripe is not called', async () => {
  const order = await payments.payable();
  await payments.cancel(order);
  const later = await payments.payable();
  await payments.pay(later.id);
  await payments.cancel(later);
  await untilRefunded(later);
  expect(await payments.sandbox.intents(order.id)).toEqual([]);
  expect((await payments.stored(order.id))?.refundDue).toBeUndefined();
});

test('When the order is cancelled before the card is tried, then nothing is charged', async () => {
  const order = await payments.payable();
  const pause = payments.pauseAt('before', 'tryCard');
  const response = payments.pay(order.id);
  await pause.reached;
  await payments.cancel(order, 'expired');
  await untilPrevented(order);
  pause.goOn();
  expect(await response).toEqual({ status: 400, body: { errors: [{ message: expect.stringContaining('expired') }] } });
  expect(await payments.sandbox.charges(order.id)).toEqual([]);
});

test('When the order is cancelled before its second card is tried, then nothing is charged', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  const pause = payments.pauseAt('before', 'tryCard');
  const response = payments.pay(order.id);
  await pause.reached;
  await payments.cancel(order);
  await untilPrevented(order);
  pause.goOn();
  expect((await response).status).toBe(400);
  expect(await payments.sandbox.paid(order.id)).toEqual([]);
});

test('When the token of a cancelled order was unknown, then there is nothing to prevent, and Stripe is not called', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_nonsense');
  const blocked = payments.calls('blockAttempt');
  await payments.cancel(order);
  await payments.system.eventually(async () => {
    const stored = await payments.stored(order.id);
    expect([stored?.refundDue, stored?.closedAt]).toEqual([undefined, expect.any(Date)]);
  });
  expect(payments.calls('blockAttempt')).toBe(blocked);
  expect(await payments.sandbox.intents(order.id)).toEqual([]);
});

test('When the process dies with an unknown token and the order is cancelled, then the worker waits until Stripe can no longer be executing the call', async () => {
  const order = await payments.payable();
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id, 'tok_nonsense');
  await payments.cancel(order);
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.refundDue?.failures).toBeGreaterThan(0);
  });
  expect((await payments.stored(order.id))?.openAttempt).toBeDefined();
  payments.system.clock.advance(41_000);
  await payments.system.eventually(async () => {
    const stored = await payments.stored(order.id);
    expect([stored?.openAttempt, stored?.refundDue]).toEqual([undefined, undefined]);
  });
  expect(await payments.sandbox.intents(order.id)).toEqual([]);
});

test('When the order is cancelled while the card is charged, then the payment is no sale, and is refunded once', async () => {
  const order = await payments.payable();
  const pause = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await pause.reached;
  await payments.cancel(order);
  pause.goOn();
  expect(await response).toMatchObject({ status: 400 });
  await untilRefunded(order);
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).map(({ status }) => status)).toEqual(['created', 'refunded']);
  });
});

test('When the process dies with the card charged and the order is cancelled, then the payment is refunded', async () => {
  const order = await payments.payable();
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id);
  await payments.cancel(order);
  await untilRefunded(order);
});

test.each([
  ['before', 'cancelIntent'],
  ['after', 'cancelIntent'],
  ['before', 'refund'],
  ['after', 'refund'],
] as const)('When the process dies %s %s, then another process finishes and refunds once', async (when, step) => {
  const order = await payments.payable();
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id);
  payments.dieAt(when, step);
  const before = payments.calls(step);
  await payments.cancel(order);
  await payments.system.eventually(() => expect(payments.calls(step)).toBe(before + 1));
  payments.system.clock.advance(31_000);
  await untilRefunded(order);
});

test('When Stripe does not respond, then the refund is made once it responds again', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  await payments.sandbox.behave({ delayMs: 3_000 });
  await payments.cancel(order);
  await payments.system.eventually(async () => {
    const refundDue = (await payments.stored(order.id))?.refundDue;
    expect(refundDue?.failures).toBeGreaterThan(0);
    expect(refundDue?.since?.getTime()).toBeLessThan(refundDue?.due.getTime() ?? 0);
  });
  await payments.sandbox.behave({ delayMs: 0 });
  await untilRefunded(order);
});

test('When Stripe has forgotten the idempotency key of a refund, then no second one is made', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  const stripeId = (await payments.stored(order.id))?.stripeId ?? '';
  await payments.sandbox.stripe.refunds.create({ payment_intent: stripeId, metadata: { orderId: order.id } });
  await payments.cancel(order);
  await untilRefunded(order);
});

test('When a paid order is cancelled, then the write of its copy marks it for refund', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  const collection = payments.system.collection<PaymentDocument>('payments');
  const changes = collection.watch([{ $match: { 'documentKey._id': order.id } }]);
  try {
    // Opens the stream; the loop below skips the changes of the payment itself.
    await changes.tryNext();
    await payments.cancel(order);
    let changed: object | undefined;
    do {
      const change = await changes.next();
      changed = change.operationType === 'update' ? change.updateDescription.updatedFields : undefined;
    } while (!Object.keys(changed ?? {}).some((field) => field.startsWith('order')));
    expect(changed).toMatchObject({ refundDue: { due: expect.any(Date), correlationId: expect.any(String) } });
  } finally {
    await changes.close();
  }
  await untilRefunded(order);
});

test('When a paid order is cancelled without a mark for refund, then the safety net marks it', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $set: { 'order.status': 'cancelled' } });
  await payments.startReplica();
  await untilRefunded(order);
});

test.each(['left', 'owed'])(
  'When the charge has money (%s) again before a worker records that nothing is left, then its refund stays due',
  async (field) => {
    const order = await payments.payable();
    await payments.pay(order.id);
    const collection = payments.system.collection<PaymentDocument>('payments');
    // No worker takes it up.
    const refundDue = { due: new Date(Date.now() + 1e9), correlationId: 'c', traceId: 't' };
    const refunded = { status: 'refunded' as const, left: 0, owed: 0, refundDue };
    await collection.updateOne({ _id: order.id }, { $set: { ...refunded, [field]: order.price } });
    expect(await recordNothingLeft({ payments: collection }, order.id)).toBe(false);
    expect((await payments.stored(order.id))?.refundDue).toEqual(refundDue);
    await collection.updateOne({ _id: order.id }, { $set: refunded });
    expect(await recordNothingLeft({ payments: collection }, order.id)).toBe(true);
    expect((await payments.stored(order.id))?.refundDue).toBeUndefined();
  },
);
