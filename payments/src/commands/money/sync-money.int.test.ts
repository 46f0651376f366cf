import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chargeUpdated, type OrderState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { Bookmark } from '../../models/bookmark.ts';
import type { LedgerEntry } from '../../models/ledger.ts';
import type { PaymentDocument } from '../../models/payment.ts';
import type { PayoutAccount } from '../../models/payout-account.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createSellers } from '../../test/sellers.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  // No webhook ever comes: what begins at Stripe is found in its events.
  payments = await openPayments({ timeoutMs: 4_000, followEveryMs: 200 });
  await payments.startReplica();
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

const sellerId = 's';
const price = 1999;

const paid = async (token = 'tok_visa'): Promise<OrderState> => {
  const order = await payments.payable({ price, sellerId });
  expect((await payments.pay(order.id, token)).status).toBe(201);
  return order;
};

const chargeOf = async (order: OrderState): Promise<string> => (await payments.sandbox.paid(order.id))[0]?.id ?? '';

/** As support does in the dashboard: without our metadata. */
const refundAtStripe = async (order: OrderState, amount?: number) =>
  payments.sandbox.stripe.refunds.create({
    charge: await chargeOf(order),
    ...(amount === undefined ? {} : { amount }),
  });

/** The entries of an order in the ledger, by cause. */
const ledgerOf = async (order: OrderState) => {
  const found = await payments.system.collection<LedgerEntry>('ledger').find({ orderId: order.id }).toArray();
  return Object.fromEntries(
    found.map(({ _id, lines = [] }) => [
      _id,
      Object.fromEntries(lines.map(({ account, amount }) => [account, amount])),
    ]),
  );
};

/** What is in each account of an order; accounts that have nothing are left out. */
const balancesOf = async (order: OrderState) => {
  const sums = new Map<string, number>();
  for (const lines of Object.values(await ledgerOf(order)))
    for (const [account, amount] of Object.entries(lines)) sums.set(account, (sums.get(account) ?? 0) + amount);
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
};

const until = (check: () => Promise<void>) => payments.system.eventually(check);

const saleBalances = { stripe: price, 'seller:s:held': -1799, fees: -200 };

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

const disputeOf = async (order: OrderState): Promise<string> => {
  const { data } = await payments.sandbox.stripe.disputes.list({ charge: await chargeOf(order) });
  return data[0]?.id ?? '';
};

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
  expect(await balancesOf(order)).toEqual(saleBalances);
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

test('When no webhook tells that an account has changed, then it is known all the same', async () => {
  const seller = newId();
  const sellers = createSellers(payments);
  await sellers.onboard(seller);
  const accountId = await sellers.accountOf(seller);
  await until(async () => expect((await sellers.stored(seller))?.status).toBe('ready'));
  await sellers.restrict(accountId, true);
  await until(async () => expect((await sellers.stored(seller))?.status).toBe('pending'));
});

test('When no webhook tells of a transfer by hand, then it is in the ledger, also if the refunds were read since', async () => {
  const destination = await createSellers(payments).onboard(newId());
  const order = await paid();
  // The read did not include transfers, since none was known.
  const charges = payments.system.collection<PaymentDocument>('payments');
  const readAt = new Date(payments.system.clock.now().getTime() + 300_000);
  await charges.updateOne({ _id: order.id }, { $set: { moneyReadAt: readAt } });
  const transfer = { amount: 500, currency: 'usd', destination, transfer_group: order.id };
  const { id } = await payments.sandbox.stripe.transfers.create(transfer);
  await until(async () =>
    expect(await ledgerOf(order)).toMatchObject({ [`transfer:${id}`]: { stripe: -500, 'seller:s:held': 500 } }),
  );
  // A read that began earlier does not turn the time back.
  expect((await payments.stored(order.id))?.moneyReadAt).toEqual(readAt);
});

test('When a disputed order is cancelled, then its refund waits for the end of the dispute', async () => {
  const order = await paid('tok_createDispute');
  await until(async () => expect((await payments.stored(order.id))?.dispute).toBeDefined());
  await payments.cancel(order);
  const [dispute] = (await payments.sandbox.stripe.disputes.list({ charge: await chargeOf(order) })).data;
  await until(async () => expect((await payments.stored(order.id))?.refundDue?.failures).toBeGreaterThan(0));
  await payments.sandbox.stripe.disputes.update(dispute?.id ?? '', {
    evidence: { uncategorized_text: 'winning_evidence' },
  });
  payments.system.clock.advance(60_000);
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
  payments.system.clock.advance(60_000);
  await until(async () => expect(payments.calls('refund')).toBeGreaterThan(before));
  payments.system.clock.advance(60_000);
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
    const charges = payments.system.collection<PaymentDocument>('payments');
    if (why === 'the charge was disputed') {
      await payments.sandbox.dispute(await chargeOf(order));
      await payments.sandbox.changeDispute(await disputeOf(order), { status: 'lost' });
      await until(async () => expect((await payments.stored(order.id))?.status).toBe('refunded'));
    } else {
      await refundAtStripe(order);
      await until(async () => expect((await payments.stored(order.id))?.status).toBe('refunded'));
    }
    // As a fault in an earlier release may have left it.
    await charges.updateOne({ _id: order.id }, { $set: { status: 'completed', left: price, fee: 200 } });
    await payments.cancel(order, 'not_delivered');
    await until(async () => {
      const stored = await payments.stored(order.id);
      expect(stored).toMatchObject({ status: 'refunded', left: 0, fee: 0, owed: price });
      expect(stored?.refundDue).toBeUndefined();
      expect(await ledgerOf(order)).toHaveProperty([`given-up:${(stored?.version ?? 0) - 1}:${order.id}`]);
    });
  },
);

/** The webhook of a refund, as Stripe signs it. */
const webhookOf = async (order: OrderState) => {
  const payload = JSON.stringify({
    type: 'charge.refunded',
    data: { object: { payment_intent: (await payments.stored(order.id))?.stripeId } },
  });
  const secret = payments.env['STRIPE_WEBHOOK_SECRET'] ?? '';
  const signature = payments.sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret });
  return () =>
    payments.request('POST', '/api/payments/webhook', {
      body: payload,
      headers: { 'stripe-signature': signature, 'Content-Type': 'application/json' },
    });
};

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

/** Lets no replica follow Stripe's events, until the returned function is called. */
const stopFollowing = async () => {
  const bookmarks = payments.system.collection<Bookmark>('stripe-bookmarks');
  await bookmarks.updateOne({}, { $set: { leasedUntil: new Date(payments.system.clock.now().getTime() + 3_600_000) } });
  return () => bookmarks.updateOne({}, { $set: { leasedUntil: new Date(0) } });
};

test('When a refund is made while the money is read, then it is found although the read ends later', async () => {
  const order = await paid();
  const send = await webhookOf(order);
  const follow = await stopFollowing();
  const pause = payments.pauseAt('after', 'readMoney');
  const reported = send();
  await pause.reached;
  const { id } = await refundAtStripe(order, 100);
  payments.system.clock.advance(120_000);
  pause.goOn();
  expect((await reported).status).toBe(200);
  await follow();
  await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
});

test('When money is returned before its payment is recorded, then it is in the ledger once it is', async () => {
  const order = await payments.payable({ price, sellerId });
  const pause = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await pause.reached;
  const { id } = await refundAtStripe(order, 100);
  payments.system.clock.advance(120_000);
  pause.goOn();
  expect((await response).status).toBe(201);
  await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
});

test('When its events are behind the bookmark by then, then the money itself is read', async () => {
  const order = await payments.payable({ price, sellerId });
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id);
  const { id } = await refundAtStripe(order, 100);
  payments.system.clock.advance(20 * 60_000);
  await until(async () => expect((await payments.stored(order.id))?.status).toBe('completed'));
  await payments.startReplica();
  await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
});

test.each(['before its payment is recorded', 'before payments hears of it'])(
  'When an order is cancelled %s, then the money is no sale, without a fee, and is refunded',
  async (when) => {
    const seller = newId();
    const order = await payments.payable({ price, sellerId: seller });
    const pause = payments.pauseAt('after', 'tryCard');
    const response = payments.pay(order.id);
    await pause.reached;
    if (when === 'before its payment is recorded') {
      await payments.cancel(order);
      pause.goOn();
      expect((await response).status).toBe(400);
    } else {
      pause.goOn();
      expect((await response).status).toBe(201);
      await payments.cancel(order);
    }
    await until(async () => {
      expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', owed: 0, amountRefunded: price });
      expect(await balancesOf(order)).toEqual({});
    });
    expect((await payments.call(seller, 'GET', '/api/payments/sales')).body).toEqual([]);
    expect((await payments.call(seller, 'GET', '/api/payments/balance')).body).toMatchObject({ held: 0, paidOut: 0 });
    expect((await payments.stored(order.id))?.payoutDue).toBeUndefined();
    expect(payments.updates(order.id).at(-1)).not.toHaveProperty('completedAt');
    const entry = await ledgerOf(order);
    if (when === 'before its payment is recorded')
      expect(Object.keys(entry).filter((cause) => cause.startsWith('fee'))).toEqual([]);
    else expect(entry).toMatchObject({ [`no-sale:${order.id}`]: { fees: 200, buyers: -price } });
  },
);

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

test.each(['dispute', 'refund'] as const)(
  'When a %s was made more than a month ago and nothing was read since, then its end is known all the same',
  async (what) => {
    const order = await paid(what === 'refund' ? 'tok_pendingRefund' : 'tok_visa');
    const refund = what === 'refund' ? await refundAtStripe(order, 100) : undefined;
    if (what === 'dispute') await payments.sandbox.dispute(await chargeOf(order));
    await until(async () => {
      const stored = await payments.stored(order.id);
      expect(stored?.dispute ?? stored?.refunds?.[0]).toBeDefined();
    });
    await stopFollowing();
    if (refund !== undefined) {
      // Another refund is the last.
      await refundAtStripe(order, 100);
      await (
        await webhookOf(order)
      )();
      await payments.sandbox.settleRefund(refund.id, 'failed');
    } else await payments.sandbox.changeDispute(await disputeOf(order), { status: 'lost' });
    // Later than everything that Stripe's events and lists have.
    const at = new Date(payments.system.clock.now().getTime() + 3_600_000);
    await payments.system
      .collection<PaymentDocument>('payments')
      .updateMany({ moneyReadAt: { $exists: true } }, { $set: { moneyReadAt: at } });
    await payments.system.collection<Bookmark>('stripe-bookmarks').updateOne({}, { $set: { at } });
    payments.system.clock.advance(40 * 24 * 60 * 60_000);
    await until(async () => {
      const stored = await payments.stored(order.id);
      if (what === 'dispute') expect(stored?.dispute?.status).toBe('lost');
      else expect(stored?.refunds?.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    });
  },
);

test('When nothing was read at Stripe for a month, then every account is read, before the bookmark moves', async () => {
  const sellers = createSellers(payments);
  const seller = newId();
  const accountId = await sellers.onboard(seller);
  await until(async () => expect((await sellers.stored(seller))?.status).toBe('ready'));
  const accounts = payments.system.collection<PayoutAccount>('payout-accounts');
  // Later than all events that Stripe has, so that those are no reason to read them.
  const readAt = new Date(Date.now() + 300_000);
  await accounts.updateOne({ accountId }, { $set: { status: 'pending', readAt } });
  // One pass reads 200.
  const closed = Array.from({ length: 201 }, (_, index) => `acct_closed${index}`);
  await accounts.insertMany(closed.map((id) => ({ _id: newId(), accountId: id, status: 'ready', readAt })));
  payments.system.clock.advance(40 * 24 * 60 * 60_000);
  await until(async () => {
    const bookmark = await payments.system.collection<Bookmark>('stripe-bookmarks').findOne();
    expect(bookmark?.at.getTime()).toBeGreaterThan(readAt.getTime());
  });
  expect(await accounts.countDocuments({ readAt })).toBe(0);
  expect((await sellers.stored(seller))?.status).toBe('ready');
  expect(await accounts.countDocuments({ accountId: { $in: closed }, status: 'pending' })).toBe(closed.length);
});
