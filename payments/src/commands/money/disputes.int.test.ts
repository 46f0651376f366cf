import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { PaymentDocument } from '../../models/payment.ts';
import type { OrderState } from '@ticketing/common/events';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createMoney, price, saleBalances } from '../../test/money.ts';
import { createOperator } from '../../test/operator.ts';

let payments: PaymentsUnderTest;
const { paid, chargeOf, refundAtStripe, ledgerOf, balancesOf, disputeOf, until } = createMoney(() => payments);
const operator = createOperator(() => payments);

beforeAll(async () => {
  // No webhook ever comes: what begins at Stripe is found in its events.
  payments = await openPayments({ followEveryMs: 200 });
  await payments.startReplica();
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

test.each([
  ['winning_evidence', 'won', 'completed', saleBalances],
  ['losing_evidence', 'lost', 'refunded', {}],
])('When a dispute with %s is %s, then the charge is %s', async (evidence, outcome, status, balances) => {
  const order = await paid('tok_createDispute');
  await until(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({
      status: 'completed',
      dispute: { status: 'needs_response', reason: expect.any(String) },
    });
    expect(await balancesOf(order)).toEqual({ disputes: price, 'seller:s:held': -1799, fees: -200 });
  });
  const [dispute] = (await payments.sandbox.stripe.disputes.list({ charge: await chargeOf(order) })).data;
  await payments.sandbox.stripe.disputes.update(dispute?.id ?? '', { evidence: { uncategorized_text: evidence } });
  await until(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({ status, dispute: { status: outcome } });
    expect(await balancesOf(order)).toEqual(balances);
  });
});

test('When a dispute over the whole price is lost after a refund in part, then what exceeds the sale is our loss, until an appeal', async () => {
  const order = await paid();
  await refundAtStripe(order, 999);
  await payments.sandbox.dispute(await chargeOf(order), { amount: price });
  await until(async () =>
    expect(await balancesOf(order)).toEqual({ stripe: -999, disputes: price, 'seller:s:held': -900, fees: -100 }),
  );
  const id = await disputeOf(order);
  await payments.sandbox.changeDispute(id, { status: 'lost' });
  await until(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({ status: 'refunded', amountRefunded: 999 });
    expect(await balancesOf(order)).toEqual({ stripe: -999, losses: 999 });
  });
  await payments.sandbox.changeDispute(id, { status: 'won', moved: price });
  await until(async () => expect(await balancesOf(order)).toEqual({ stripe: 1000, 'seller:s:held': -900, fees: -100 }));
});

test('When a dispute is won in part, then the sale is worth what came back', async () => {
  const order = await paid();
  await payments.sandbox.dispute(await chargeOf(order));
  await payments.sandbox.changeDispute(await disputeOf(order), { status: 'won', moved: 999 });
  await until(async () => {
    expect(await balancesOf(order)).toEqual({ stripe: 999, 'seller:s:held': -899, fees: -100 });
    expect((await payments.get(order.id)).body).toMatchObject({ status: 'completed', dispute: { status: 'won' } });
  });
  expect(await payments.stored(order.id)).toMatchObject({ left: 999, returned: [{ amount: 1000, reason: 'dispute' }] });
});

test('When a bank inquires, then no money moves; when it withdraws some all the same, then that is in the ledger', async () => {
  const order = await paid();
  await payments.sandbox.dispute(await chargeOf(order), { inquiry: true });
  await until(async () =>
    expect((await payments.get(order.id)).body).toMatchObject({ dispute: { status: 'warning_needs_response' } }),
  );
  await until(async () => expect(await balancesOf(order)).toEqual(saleBalances));
  const id = await disputeOf(order);
  await payments.sandbox.changeDispute(id, { moved: -price });
  const withdrawn = { disputes: price, 'seller:s:held': -1799, fees: -200 };
  await until(async () => expect(await balancesOf(order)).toEqual(withdrawn));
  await payments.sandbox.changeDispute(id, { status: 'warning_closed', moved: price });
  await until(async () => expect(await balancesOf(order)).toEqual(saleBalances));
});

test('When an appeal is won after the dispute of an order that was cancelled otherwise, then the buyer is refunded', async () => {
  const order = await paid();
  await payments.sandbox.dispute(await chargeOf(order));
  await until(async () => expect((await payments.stored(order.id))?.dispute).toBeDefined());
  await payments.cancel(order, 'not_delivered');
  const id = await disputeOf(order);
  await payments.sandbox.changeDispute(id, { status: 'lost' });
  await until(async () => {
    const stored = await payments.stored(order.id);
    expect(stored).toMatchObject({ status: 'refunded', left: 0 });
    expect(stored?.refundDue).toBeUndefined();
  });
  await payments.sandbox.changeDispute(id, { status: 'won', moved: price });
  await until(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ left: 0, owed: 0, amountRefunded: price });
    expect(await balancesOf(order)).toEqual({});
  });
});

test('When an appeal has given the seller the money of an order, then an operator can still return it to the buyer', async () => {
  const order = await paid();
  await payments.sandbox.dispute(await chargeOf(order));
  await until(async () => expect((await payments.stored(order.id))?.dispute).toBeDefined());
  const id = await disputeOf(order);
  await payments.sandbox.changeDispute(id, { status: 'lost' });
  await until(async () => expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', left: 0 }));
  await payments.cancel(order, 'refunded');
  expect(await operator.ask('refund', order.id)).toBe('returned');
  await payments.sandbox.changeDispute(id, { status: 'won', moved: price });
  await until(async () => expect(await balancesOf(order)).toEqual(saleBalances));
  expect(await operator.ask('refund', order.id)).toBe('ordered');
  await until(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ left: 0, owed: 0, amountRefunded: price });
    expect(await balancesOf(order)).toEqual({});
  });
  expect(await operator.ask('refund', order.id)).toBe('returned');
});

const charges = () => payments.system.collection<PaymentDocument>('payments');

/** The worker takes the charge up at once. */
const dueNow = (order: OrderState) =>
  charges().updateOne({ _id: order.id, refundDue: { $exists: true } }, { $set: { 'refundDue.due': new Date(0) } });

test('When a disputed order is cancelled, then its refund waits for the end of the dispute', async () => {
  const order = await paid('tok_createDispute');
  await until(async () => expect((await payments.stored(order.id))?.dispute).toBeDefined());
  await payments.cancel(order);
  const [dispute] = (await payments.sandbox.stripe.disputes.list({ charge: await chargeOf(order) })).data;
  await until(async () => expect((await payments.stored(order.id))?.refundDue?.failures).toBeGreaterThan(0));
  await payments.sandbox.stripe.disputes.update(dispute?.id ?? '', {
    evidence: { uncategorized_text: 'winning_evidence' },
  });
  await dueNow(order);
  await until(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', amountRefunded: price });
    expect(await balancesOf(order)).toEqual({});
  });
});

test('When the dispute of a cancelled order is lost in part, then the rest is refunded, once', async () => {
  const order = await paid();
  await payments.sandbox.dispute(await chargeOf(order), { amount: 1500 });
  await until(async () => expect((await payments.stored(order.id))?.dispute).toBeDefined());
  await payments.cancel(order, 'not_delivered');
  await until(async () => expect((await payments.stored(order.id))?.refundDue?.failures).toBeGreaterThan(0));
  await payments.sandbox.changeDispute(await disputeOf(order), { status: 'lost' });
  payments.dieAt('after', 'refund');
  const before = payments.calls('refund');
  await dueNow(order);
  await until(async () => expect(payments.calls('refund')).toBeGreaterThan(before));
  await dueNow(order);
  await until(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', left: 0, amountRefunded: 499 });
    expect((await payments.stored(order.id))?.refundDue).toBeUndefined();
    expect(await balancesOf(order)).toEqual({});
  });
  expect((await payments.sandbox.refunds(order.id)).map(({ amount }) => amount)).toEqual([499]);
});

test.each(['nothing is left of the charge', 'the charge was disputed'])(
  'When Stripe refuses our refund because %s, although the charge has money, then that is owed, and nothing is retried',
  async (why) => {
    const order = await paid();
    if (why === 'the charge was disputed') {
      await payments.sandbox.dispute(await chargeOf(order));
      await payments.sandbox.changeDispute(await disputeOf(order), { status: 'lost' });
      await until(async () => expect((await payments.stored(order.id))?.status).toBe('refunded'));
    } else {
      await refundAtStripe(order);
      await until(async () => expect((await payments.stored(order.id))?.status).toBe('refunded'));
    }
    // As a fault in an earlier release may have left it.
    await charges().updateOne(
      { _id: order.id },
      { $set: { status: 'completed', left: price, fee: 200 }, $unset: { stripeRefundId: true } },
    );
    await payments.cancel(order, 'not_delivered');
    await until(async () => {
      const stored = await payments.stored(order.id);
      expect(stored).toMatchObject({ status: 'refunded', left: 0, fee: 0, owed: price });
      expect(stored?.refundDue).toBeUndefined();
      expect(await ledgerOf(order)).toHaveProperty([`given-up:${(stored?.version ?? 0) - 1}:${order.id}`]);
    });
  },
);
