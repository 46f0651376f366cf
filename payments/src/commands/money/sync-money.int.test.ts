import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chargeUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { LedgerEntry } from '../../models/ledger.ts';
import type { PaymentDocument } from '../../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createMoney, price, saleBalances, sellerId } from '../../test/money.ts';

let payments: PaymentsUnderTest;
const { paid, chargeOf, refundAtStripe, ledgerOf, balancesOf, webhookOf, until } = createMoney(() => payments);

beforeAll(async () => {
  // No webhook ever comes: what begins at Stripe is found in its events.
  payments = await openPayments({ timeoutMs: 4_000, followEveryMs: 200 });
  await payments.startReplica();
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

test('When an order is paid, then the ledger has the sale and its fee, once', async () => {
  const order = await paid();
  await until(async () => {
    expect(await ledgerOf(order)).toEqual({
      [`charge:${order.id}`]: { stripe: price, 'seller:s:held': -price },
      [`fee:${order.id}`]: { 'seller:s:held': 200, fees: -200 },
    });
    expect((await payments.stored(order.id))?.entries).toEqual([]);
  });
});

test('When a part is refunded in the dashboard, then the order stays paid, and buyer and seller are told', async () => {
  const order = await paid();
  const { id } = await refundAtStripe(order, 999);
  await until(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({
      status: 'completed',
      amountRefunded: 999,
      refundStatus: 'succeeded',
    });
    expect(await balancesOf(order)).toEqual({ stripe: 1000, 'seller:s:held': -900, fees: -100 });
  });
  await until(async () =>
    expect(payments.updates(order.id).at(-1)).toMatchObject({
      status: 'completed',
      amountRefunded: 999,
      left: 1000,
      fee: 100,
      buyerId: order.userId,
      sellerId,
      ticketId: order.ticket.id,
      title: order.ticket.title,
      returned: [{ id, amount: 999, at: expect.any(String), reason: 'support' }],
    }),
  );
});

test('When there are many refunds of a ticket with the longest title, then their event has at most 4 KB', async () => {
  const title = '東'.repeat(200);
  const ticket = { id: newId(), title, price, version: 0, revision: 0 };
  const order = await payments.payable({ price, sellerId: newId(), userId: 'buyer', ticket });
  expect((await payments.pay(order.id, 'tok_createDispute')).status).toBe(201);
  await until(async () => expect((await payments.stored(order.id))?.dispute).toBeDefined());
  const [dispute] = (await payments.sandbox.stripe.disputes.list({ charge: await chargeOf(order) })).data;
  await payments.sandbox.stripe.disputes.update(dispute?.id ?? '', {
    evidence: { uncategorized_text: 'winning_evidence' },
  });
  for (let count = 0; count < 7; count += 1) await refundAtStripe(order, 100);
  // The longest reason that an operator can give.
  await payments.system.collection<PaymentDocument>('payments').updateOne(
    { _id: order.id },
    {
      $set: {
        refundOrdered: { at: new Date(), reason: '東'.repeat(200) },
        refundDue: { due: new Date(), failures: 0, correlationId: 'c', traceId: 't' },
      },
    },
  );
  await until(async () => expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded' }));
  const last = await payments.system.eventually(() => {
    const event = payments.system
      .events(chargeUpdated)
      .find(({ data }) => data.id === order.id && data.status === 'refunded');
    if (event === undefined) throw new Error('not published yet');
    return event;
  });
  expect(last.data.returned).toHaveLength(5);
  expect(last.data).toMatchObject({ title, refundNote: '東'.repeat(200), dispute: { status: 'won' } });
  expect(Buffer.byteLength(JSON.stringify(last))).toBeLessThan(4_096);
});

test('When all is refunded in the dashboard, in two parts, then the charge is refunded, and orders is told', async () => {
  const order = await paid();
  await refundAtStripe(order, 999);
  await refundAtStripe(order);
  await until(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({ status: 'refunded', amountRefunded: price });
    expect(await balancesOf(order)).toEqual({});
  });
  await until(async () =>
    expect(payments.updates(order.id).at(-1)).toMatchObject({ status: 'refunded', completedAt: expect.any(String) }),
  );
});

test('When support refunds a part before a cancelled order is refunded, then ours returns the rest', async () => {
  const order = await paid();
  await refundAtStripe(order, 500);
  await payments.cancel(order);
  await until(async () => expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded' }));
  const amounts = (await payments.sandbox.refunds(order.id)).map(({ amount }) => amount);
  expect(amounts).toEqual([1499]);
  await until(async () => expect(await balancesOf(order)).toEqual({}));
});

test('When a refund fails later, then the money is owed to the buyer until an operator returns it', async () => {
  const order = await paid('tok_refundFail');
  await payments.cancel(order);
  await until(async () => {
    expect((await payments.get(order.id)).body).toMatchObject({
      status: 'refunded',
      amountRefunded: 0,
      refundStatus: 'failed',
    });
    expect(await balancesOf(order)).toEqual({ stripe: price, buyers: -price });
  });
  expect((await payments.stored(order.id))?.refundDue).toBeUndefined();
  await until(async () =>
    expect(payments.updates(order.id).at(-1)).toMatchObject({ status: 'refunded', refundStatus: 'failed' }),
  );
});

test.each([
  ['succeeded', price, {}],
  ['failed', 0, { stripe: price, buyers: -price }],
] as const)(
  'When a refund is pending at Stripe and then %s, then the charge shows first one, then the other',
  async (outcome, amountRefunded, balances) => {
    const order = await paid('tok_pendingRefund');
    await payments.cancel(order);
    await until(async () => {
      expect((await payments.get(order.id)).body).toMatchObject({
        status: 'refunded',
        amountRefunded: price,
        refundStatus: 'pending',
      });
      // Stripe has taken the money from our balance.
      expect(await balancesOf(order)).toEqual({});
    });
    const [refund] = await payments.sandbox.refunds(order.id);
    await payments.sandbox.settleRefund(refund?.id ?? '', outcome);
    await until(async () => {
      expect((await payments.get(order.id)).body).toMatchObject({
        status: 'refunded',
        amountRefunded,
        refundStatus: outcome,
      });
      expect(await balancesOf(order)).toEqual(balances);
    });
    expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
    await until(async () => {
      const told = payments.updates(order.id).map(({ refundStatus }) => refundStatus);
      expect(told.slice(-2)).toEqual(['pending', outcome]);
    });
  },
);

test('When a process dies before it writes what it has read, then the webhook that Stripe repeats writes it', async () => {
  const order = await paid();
  const send = await webhookOf(order);
  payments.dieAt('after', 'readMoney');
  const { id } = await refundAtStripe(order, 100);
  await send();
  expect((await send()).status).toBe(200);
  await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
  expect((await payments.stored(order.id))?.amountRefunded).toBe(100);
});

test('When two replicas and every webhook report the same refund, then it is written once', async () => {
  const order = await paid();
  const { id } = await refundAtStripe(order, 100);
  const send = await webhookOf(order);
  const responses = await Promise.all(Array.from({ length: 8 }, send));
  expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  await until(async () =>
    expect(Object.keys(await ledgerOf(order)).toSorted()).toEqual(
      [`charge:${order.id}`, `fee:${order.id}`, `refund:${id}`, `fee-back:${id}`].toSorted(),
    ),
  );
  await until(async () => {
    const updates = payments.system.events(chargeUpdated).filter(({ data }) => data.id === order.id);
    expect(updates.filter(({ data }) => data.amountRefunded === 100)).toHaveLength(1);
  });
});

test('When an earlier release has completed a charge, then its sale is put into the ledger, without a fee', async () => {
  const order = await payments.payable({ price, sellerId });
  const { id: stripeId } = await payments.sandbox.stripe.paymentIntents.create({
    amount: price,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: { orderId: order.id },
  });
  await payments.system.collection<PaymentDocument>('payments').updateOne(
    { _id: order.id },
    {
      $set: {
        status: 'completed',
        declines: 0,
        amount: price,
        currency: 'usd',
        stripeId,
        createdAt: new Date(),
        lastAttemptNumber: 1,
        version: 1,
        outbox: [],
      },
    },
  );
  await refundAtStripe(order, 99);
  await until(async () => expect(await balancesOf(order)).toEqual({ stripe: 1900, 'seller:s:held': -1900 }));
});

test('When the ledger has an entry of the same cause, then equal lines are moved, and others are set aside, also for the entries behind them', async () => {
  const order = await paid();
  await until(async () => expect((await payments.stored(order.id))?.entries).toEqual([]));
  const collection = payments.system.collection<LedgerEntry>('ledger');
  const known = await collection.findOne({ _id: `charge:${order.id}` });
  const other = [
    { account: 'stripe', amount: 1 },
    { account: 'fees', amount: -1 },
  ];
  const at = new Date();
  const stuck = { id: `fee:${order.id}`, at, lines: other };
  const behind = { id: `later:${order.id}`, at, lines: [] };
  await payments.system
    .collection<PaymentDocument>('payments')
    .updateOne(
      { _id: order.id },
      { $set: { entries: [{ id: `charge:${order.id}`, at, lines: known?.lines ?? [] }, stuck, behind] } },
    );
  await until(async () =>
    expect(await payments.stored(order.id)).toMatchObject({ entries: [], refusedEntries: [stuck] }),
  );
  expect(await collection.findOne({ _id: behind.id })).toMatchObject({ lines: [] });
  expect(await balancesOf(order)).toEqual(saleBalances);
});
