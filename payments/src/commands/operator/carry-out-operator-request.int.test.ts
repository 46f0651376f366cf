import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderUpdated, type OrderState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { PaymentDocument } from '../../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createMoney } from '../../test/money.ts';
import { createOperator } from '../../test/operator.ts';
import { createSellers } from '../../test/sellers.ts';

let payments: PaymentsUnderTest;
const { balancesOf } = createMoney(() => payments);
const operator = createOperator(() => payments);

beforeAll(async () => {
  payments = await openPayments();
  await payments.startReplica();
});
afterAll(() => payments.close());

const charges = () => payments.system.collection<PaymentDocument>('payments');

const paid = async (token?: string): Promise<OrderState> => {
  const order = await payments.payable();
  expect((await payments.pay(order.id, token)).status).toBe(201);
  return order;
};

const untilRefunded = (order: OrderState, refunds: number) =>
  payments.system.eventually(async () => {
    const stored = await payments.stored(order.id);
    expect(stored).toMatchObject({ status: 'refunded', refundStatus: 'succeeded', amountRefunded: order.price });
    expect(stored?.refundDue).toBeUndefined();
    expect(await payments.sandbox.refunds(order.id)).toHaveLength(refunds);
  });

/** The buyer reports a problem with the complete order. */
const report = async (order: OrderState, problemAt: string, version: number): Promise<void> => {
  await payments.system.publish(orderUpdated, { ...order, version, status: 'complete', problemAt });
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.order?.problemAt).toBe(problemAt);
  });
};

test('When an operator orders a refund, also repeatedly, then all is returned once, and the charge says why', async () => {
  const order = await paid();
  const outcomes = await Promise.all([operator.ask('refund', order.id), operator.ask('refund', order.id)]);
  for (const outcome of outcomes) expect(['ordered', 'under_way']).toContain(outcome);
  await untilRefunded(order, 1);
  expect(await operator.ask('refund', order.id)).toBe('returned');
  await untilRefunded(order, 1);
  const stored = await payments.stored(order.id);
  expect(stored?.refundOrdered).toEqual({ at: expect.any(Date), reason: 'called off', by: 'ann' });
  expect(stored?.completedAt).toBeDefined();
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)).toMatchObject({
      status: 'refunded',
      completedAt: stored?.completedAt?.toISOString(),
      returned: [{ amount: order.price, reason: 'operator' }],
      refundNote: 'called off',
    });
  });
});

test('When a part was refunded before, then the rest is returned', async () => {
  const order = await paid();
  const stripeId = (await payments.stored(order.id))?.stripeId ?? '';
  await payments.sandbox.stripe.refunds.create({ payment_intent: stripeId, amount: 500 });
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', amountRefunded: order.price });
  });
});

test('When the refund has failed, then another request makes another', async () => {
  const order = await paid();
  await operator.ask('refund', order.id);
  await untilRefunded(order, 1);
  // As if Stripe had reported it.
  const stored = await payments.stored(order.id);
  const refunds = (stored?.refunds ?? []).map((refund) => ({ ...refund, status: 'failed' as const }));
  await charges().updateOne({ _id: order.id }, { $set: { refundStatus: 'failed', refunds, owed: order.price } });
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await charges().updateOne({ _id: order.id }, { $set: { owed: 0 } });
});

test('When the first of two refunds fails, then what it was about is owed, is counted, and an operator can return it', async () => {
  const order = await paid();
  const stripeId = (await payments.stored(order.id))?.stripeId ?? '';
  const refund = (amount: number) => payments.sandbox.stripe.refunds.create({ payment_intent: stripeId, amount });
  const first = await refund(500);
  await refund(order.price - 500);
  await payments.cancel(order);
  await payments.system.eventually(async () => expect((await payments.stored(order.id))?.status).toBe('refunded'));
  await payments.sandbox.settleRefund(first.id, 'failed');
  await createSellers(payments).reported('charge.refund.updated', { payment_intent: stripeId });
  await payments.system.eventually(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({
      status: 'refunded',
      refundStatus: 'succeeded',
      amountRefunded: order.price - 500,
      owed: 500,
    });
    expect((await payments.stored(order.id))?.refundDue).toBeUndefined();
  });
  const { url } = await payments.startReplica();
  await payments.system.eventually(async () => {
    const response = await fetch(`${url}/metrics`, { headers: { Connection: 'close' } });
    expect(await response.text()).toMatch(/^refunds_failed 1$/m);
  });
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await payments.system.eventually(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ owed: 0, amountRefunded: order.price });
  });
  expect((await payments.get(order.id)).body).not.toHaveProperty('owed');
});

test('When the refund of an operator fails at once, then the order for it stays until the money is back', async () => {
  const order = await paid('tok_refundFail');
  await payments.cancel(order);
  const failing = async () => (await payments.sandbox.refunds(order.id))[0];
  await payments.system.eventually(async () => expect((await failing())?.status).toBe('failed'));
  const stored = () => payments.stored(order.id);
  const stripeId = (await stored())?.stripeId ?? '';
  await createSellers(payments).reported('charge.refund.updated', { payment_intent: stripeId });
  await payments.system.eventually(async () => expect((await stored())?.owed).toBe(order.price));
  const pause = payments.pauseAt('after', 'refund');
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await pause.reached;
  await payments.system.eventually(async () => {
    expect((await payments.sandbox.refunds(order.id)).map(({ status }) => status)).toEqual(['failed', 'failed']);
  });
  pause.goOn();
  await payments.system.eventually(async () => {
    expect((await stored())?.refunds?.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect((await stored())?.refundDue?.failures).toBe(1);
  });
  payments.system.clock.advance(10_000);
  await payments.system.eventually(async () => {
    expect(await stored()).toMatchObject({ owed: 0, amountRefunded: order.price });
    expect((await stored())?.refundDue).toBeUndefined();
  });
  expect(await payments.sandbox.refunds(order.id)).toHaveLength(3);
});

test('When an operator orders a refund while the failure of another one is read, then the order for it stays', async () => {
  const order = await paid();
  const stored = () => payments.stored(order.id);
  const stripeId = (await stored())?.stripeId ?? '';
  const { reported } = createSellers(payments);
  const refund = (amount: number) => payments.sandbox.stripe.refunds.create({ payment_intent: stripeId, amount });
  const [first, second] = [await refund(500), await refund(order.price - 500)];
  const untilOwed = (owed: number) =>
    payments.system.eventually(async () => {
      await reported('charge.refund.updated', { payment_intent: stripeId });
      expect(await stored()).toMatchObject({ status: 'refunded', owed });
    });
  await untilOwed(0);
  await payments.sandbox.settleRefund(first.id, 'failed');
  await untilOwed(500);
  await payments.sandbox.settleRefund(second.id, 'failed');
  const reading = payments.pauseAt('after', 'readMoney');
  const response = reported('charge.refund.updated', { payment_intent: stripeId });
  await reading.reached;
  // As the operator's request writes it, for a worker that comes later.
  const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
  const due = new Date(payments.system.clock.now().getTime() + 60_000);
  const refundOrdered = { at: new Date(), reason: 'called off', by: 'ann' };
  await charges().updateOne({ _id: order.id }, { $set: { refundOrdered, refundDue: { due, ...trace } } });
  reading.goOn();
  expect((await response).status).toBe(200);
  expect(await stored()).toMatchObject({ owed: order.price, refundOrdered, refundDue: { due } });
  await charges().updateOne({ _id: order.id }, { $set: { 'refundDue.due': new Date(0) } });
  await untilRefunded(order, 1);
});

/** An order whose refund has failed, so that its price is owed. */
const owedOrder = async (): Promise<OrderState> => {
  const order = await paid('tok_refundFail');
  await payments.cancel(order);
  const payment_intent = (await payments.stored(order.id))?.stripeId ?? '';
  await payments.system.eventually(async () => {
    await createSellers(payments).reported('charge.refund.updated', { payment_intent });
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', owed: order.price });
  });
  return order;
};

test('When an operator has returned money outside Stripe, then it is owed no more, once, and buyers are told', async () => {
  const order = await owedOrder();
  const { price } = order;
  expect(await operator.ask('record-refund', order.id, price - 1)).toBe('other_amount');
  const id = await operator.request('record-refund', order.id, undefined, price);
  expect(await operator.outcomeOf(id)).toBe('recorded');
  expect(await payments.stored(order.id)).toMatchObject({
    owed: 0,
    returnedOutsideStripe: [{ id, amount: price, reason: 'called off', by: 'ann' }],
  });
  const { body } = await payments.get(order.id);
  expect(body).toMatchObject({ status: 'refunded', refundStatus: 'failed', returnedOutsideStripe: price });
  expect(body).not.toHaveProperty('owed');
  await payments.system.eventually(async () => {
    expect(payments.updates(order.id).at(-1)?.returned).toMatchObject([
      { id, amount: price, reason: 'outside_stripe' },
    ]);
    expect(await balancesOf(order)).toEqual({ stripe: price, outside_stripe: -price });
  });
  // The command repeated, and the request repeated after a crash, also if something has come to be owed since.
  expect(await operator.ask('record-refund', order.id, price)).toBe('recorded_before');
  expect(await operator.ask('record-refund', order.id, price - 1)).toBe('not_owed');
  expect(await operator.ask('refund', order.id)).toBe('returned');
  await charges().updateOne({ _id: order.id }, { $set: { owed: price } });
  await operator.repeat(id, order.id);
  expect(await operator.outcomeOf(id)).toBe('recorded');
  await charges().updateOne({ _id: order.id }, { $set: { owed: 0 } });
  expect((await payments.stored(order.id))?.returnedOutsideStripe).toHaveLength(1);
  expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
});

test('When money that was returned outside Stripe is still being refunded, then that ends, unless a worker may be at it', async () => {
  const order = await owedOrder();
  const { price } = order;
  const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
  const mark = (dueInMs: number, left: number) => {
    const due = new Date(payments.system.clock.now().getTime() + dueInMs);
    return charges().updateOne({ _id: order.id }, { $set: { left, refundDue: { due, ...trace } } });
  };
  // The last as clocks of replicas may differ.
  for (const dueInMs of [25_000, 45_000]) {
    await mark(dueInMs, 0);
    expect(await operator.ask('record-refund', order.id, price)).toBe('being_refunded');
  }
  // The refund is about the sale too.
  await mark(240_000, 1);
  expect(await operator.ask('record-refund', order.id, price)).toBe('being_refunded');
  await mark(240_000, 0);
  expect(await operator.ask('record-refund', order.id, price)).toBe('recorded');
  const stored = await payments.stored(order.id);
  expect(stored).toMatchObject({ owed: 0, returnedOutsideStripe: [{ amount: price }] });
  expect(stored?.refundDue).toBeUndefined();
});

test('When a refund was made whose response was lost, then it is not recorded as returned outside Stripe too', async () => {
  const order = await owedOrder();
  const stripeId = (await payments.stored(order.id))?.stripeId ?? '';
  const due = new Date(payments.system.clock.now().getTime() + 240_000);
  const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
  await charges().updateOne({ _id: order.id }, { $set: { refundDue: { due, ...trace } } });
  await payments.sandbox.stripe.refunds.create({ payment_intent: stripeId, amount: order.price });
  expect(await operator.ask('record-refund', order.id, order.price)).toBe('not_owed');
  expect((await payments.stored(order.id))?.returnedOutsideStripe).toBeUndefined();
});

test('When a part was returned outside Stripe, then a later refund returns the rest only', async () => {
  const order = await paid();
  const stored = () => payments.stored(order.id);
  const payment_intent = (await stored())?.stripeId ?? '';
  const failed = await payments.sandbox.stripe.refunds.create({ payment_intent, amount: 500 });
  await payments.sandbox.settleRefund(failed.id, 'failed');
  await payments.system.eventually(async () => {
    await createSellers(payments).reported('charge.refund.updated', { payment_intent });
    expect(await stored()).toMatchObject({ status: 'completed', owed: 500 });
  });
  expect(await operator.ask('record-refund', order.id, 500)).toBe('recorded');
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await payments.system.eventually(async () => {
    expect(await stored()).toMatchObject({ status: 'refunded', left: 0, owed: 0 });
    expect(await balancesOf(order)).toEqual({ stripe: 500, outside_stripe: -500 });
  });
  expect((await payments.sandbox.refunds(order.id)).map(({ amount }) => amount)).toEqual([order.price - 500]);
});

test('When an order is cancelled while the end of an appeal is read, then its buyer gets the money', async () => {
  const order = await paid();
  const stored = () => payments.stored(order.id);
  const stripeId = (await stored())?.stripeId ?? '';
  const { reported } = createSellers(payments);
  const decided = () => reported('charge.dispute.closed', { payment_intent: stripeId });
  await payments.sandbox.dispute((await payments.sandbox.paid(order.id))[0]?.id ?? '');
  const [dispute] = (await payments.sandbox.stripe.disputes.list({ payment_intent: stripeId })).data;
  await payments.sandbox.changeDispute(dispute?.id ?? '', { status: 'lost' });
  await payments.system.eventually(async () => {
    await decided();
    expect(await stored()).toMatchObject({ status: 'refunded', left: 0 });
  });
  await payments.sandbox.changeDispute(dispute?.id ?? '', { status: 'won', moved: order.price });
  const reading = payments.pauseAt('after', 'readMoney');
  const response = decided();
  await reading.reached;
  await payments.cancel(order, 'not_delivered');
  reading.goOn();
  expect((await response).status).toBe(200);
  await untilRefunded(order, 1);
});

test('When the payment is disputed, then the outcome says so, and all is returned once the bank has decided', async () => {
  const order = await paid();
  const stripeId = (await payments.stored(order.id))?.stripeId ?? '';
  const { reported } = createSellers(payments);
  await payments.sandbox.dispute((await payments.sandbox.paid(order.id))[0]?.id ?? '');
  await payments.system.eventually(async () => {
    await reported('charge.dispute.created', { payment_intent: stripeId });
    expect((await payments.get(order.id)).body).toMatchObject({ dispute: { status: 'needs_response' } });
  });
  expect(await operator.ask('refund', order.id)).toBe('disputed');
  expect(await operator.ask('refund', order.id)).toBe('disputed');
  const [dispute] = (await payments.sandbox.stripe.disputes.list({ payment_intent: stripeId })).data;
  await payments.sandbox.changeDispute(dispute?.id ?? '', { status: 'won', moved: order.price });
  payments.system.clock.advance(60_000);
  await payments.system.eventually(async () => {
    await reported('charge.dispute.closed', { payment_intent: stripeId });
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', refundStatus: 'succeeded' });
  });
});

test.each(['unpaid', 'unknown'])('When the order is %s, then there is nothing to return', async (what) => {
  const orderId = what === 'unknown' ? newId() : (await payments.payable()).id;
  expect(await operator.ask('refund', orderId)).toBe('not_paid');
  expect((await payments.stored(orderId))?.refundDue).toBeUndefined();
  expect(await operator.ask('release', orderId)).toBe('no_problem');
  expect(await operator.ask('record-refund', orderId, 1)).toBe('not_owed');
});

test('When an operator settles a problem, then it is over, and another report is another problem', async () => {
  const order = await paid();
  expect(await operator.ask('release', order.id)).toBe('no_problem');
  await report(order, '2030-01-01T10:00:00.000Z', order.version + 2);
  expect(await operator.ask('release', order.id)).toBe('settled');
  expect((await payments.stored(order.id))?.problemSettledAt).toEqual(new Date('2030-01-01T10:00:00.000Z'));
  await payments.system.eventually(() => {
    expect(payments.updates(order.id).at(-1)?.problemSettledAt).toBe('2030-01-01T10:00:00.000Z');
  });
  expect(await operator.ask('release', order.id)).toBe('settled_before');
  await report(order, '2030-01-01T10:00:00.001Z', order.version + 3);
  expect(await operator.ask('release', order.id)).toBe('settled');
});

test('When a process dies after it has settled a problem, then the repeated request leaves one that was reported since', async () => {
  const order = await paid();
  await report(order, '2030-01-01T10:00:00.000Z', order.version + 2);
  const id = await operator.request('release', order.id);
  const outcome = () => operator.outcomeOf(id);
  expect(await outcome()).toBe('settled');
  await report(order, '2030-01-01T10:00:01.000Z', order.version + 3);
  await operator.repeat(id, order.id);
  expect(await outcome()).toBe('settled_before');
  expect((await payments.stored(order.id))?.problemSettledAt).toEqual(new Date('2030-01-01T10:00:00.000Z'));
  expect(await operator.ask('release', order.id)).toBe('settled');
});

test('When a request cannot be carried out, then the others are', async () => {
  const broken = await paid();
  await charges().updateOne({ _id: broken.id }, { $unset: { amount: true } });
  await operator.request('release', broken.id, new Date(0));
  const order = await paid();
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await untilRefunded(order, 1);
});
