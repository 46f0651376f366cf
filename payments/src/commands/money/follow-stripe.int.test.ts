import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { OrderState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { Bookmark } from '../../models/bookmark.ts';
import type { PaymentDocument } from '../../models/payment.ts';
import type { PayoutAccount } from '../../models/payout-account.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createMoney, price, sellerId } from '../../test/money.ts';
import { createSellers } from '../../test/sellers.ts';

let payments: PaymentsUnderTest;
const { paid, chargeOf, refundAtStripe, ledgerOf, balancesOf, disputeOf, webhookOf, until } = createMoney(
  () => payments,
);

beforeAll(async () => {
  // No webhook ever comes: what begins at Stripe is found in its events.
  payments = await openPayments({ followEveryMs: 200 });
  await payments.startReplica();
});
afterEach(() => payments.sandbox.behave({ delayMs: 0, failNext: null }));
afterAll(() => payments.close());

test('When no webhook tells that an account is ready, then the next passes know it', async () => {
  const seller = newId();
  const sellers = createSellers(payments);
  await sellers.onboardSilently(seller);
  await until(async () => expect((await sellers.stored(seller))?.status).toBe('ready'));
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

const bookmarks = () => payments.system.collection<Bookmark>('stripe-bookmarks');

/** Lets no replica follow Stripe's events. */
const stopFollowing = () =>
  bookmarks().updateOne(
    {},
    { $set: { leasedUntil: new Date(payments.system.clock.now().getTime() + 100 * 24 * 60 * 60_000) } },
  );

/** Runs a test for whose time the services' clock goes on: Stripe's does not. */
const later = async (ms: number, run: () => Promise<void>): Promise<void> => {
  payments.system.clock.advance(ms);
  try {
    await run();
  } finally {
    payments.system.clock.advance(-ms);
    await bookmarks().updateOne({}, { $set: { at: new Date(), leasedUntil: new Date(0) } });
  }
};

test('When a refund is made while the money is read, then it is found although the read ends later', async () => {
  const order = await paid();
  const send = await webhookOf(order);
  await stopFollowing();
  const pause = payments.pauseAt('after', 'readMoney');
  const reported = send();
  await pause.reached;
  const { id } = await refundAtStripe(order, 100);
  await later(120_000, async () => {
    pause.goOn();
    expect((await reported).status).toBe(200);
  });
  await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
});

test('When money is returned before its payment is recorded, then it is in the ledger once it is', async () => {
  const order = await payments.payable({ price, sellerId });
  const pause = payments.pauseAt('after', 'tryCard');
  const response = payments.pay(order.id);
  await pause.reached;
  const { id } = await refundAtStripe(order, 100);
  await later(120_000, async () => {
    pause.goOn();
    expect((await response).status).toBe(201);
  });
  await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
});

test('When a refund had failed before it and a later one were read, then its money is owed', async () => {
  const order = await paid();
  await stopFollowing();
  const first = await refundAtStripe(order, 1000);
  await refundAtStripe(order, price - 1000);
  await payments.sandbox.settleRefund(first.id, 'failed');
  await bookmarks().updateOne({}, { $set: { leasedUntil: new Date(0) } });
  await until(async () => {
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded', left: 0, owed: 1000 });
    expect(await balancesOf(order)).toEqual({ stripe: 1000, buyers: -1000 });
  });
});

test('When its events are behind the bookmark by then, then the money itself is read', async () => {
  const order = await payments.payable({ price, sellerId });
  payments.dieAt('after', 'tryCard');
  await payments.pay(order.id);
  const { id } = await refundAtStripe(order, 100);
  await later(20 * 60_000, async () => {
    await until(async () => expect((await payments.stored(order.id))?.status).toBe('completed'));
    await payments.startReplica();
    await until(async () => expect(await ledgerOf(order)).toHaveProperty([`refund:${id}`]));
  });
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
    await until(async () => expect((await payments.stored(order.id))?.payoutDue).toBeUndefined());
    expect(payments.updates(order.id).at(-1)).not.toHaveProperty('completedAt');
    const entry = await ledgerOf(order);
    if (when === 'before its payment is recorded')
      expect(Object.keys(entry).filter((cause) => cause.startsWith('fee'))).toEqual([]);
    else expect(entry).toMatchObject({ [`no-sale:${order.id}`]: { fees: 200, buyers: -price } });
  },
);

const collection = () => payments.system.collection<PaymentDocument>('payments');
const storedOf = async ({ id }: OrderState) => {
  const stored = await payments.stored(id);
  if (stored === null) throw new Error('no charge');
  return stored;
};

/** What begins long ago, and returns how it ends at Stripe, and what is stored then. */
const longAgo = {
  'pending refund fails': async () => {
    const order = await paid('tok_pendingRefund');
    const { id } = await refundAtStripe(order, 100);
    await until(async () => expect((await storedOf(order)).refunds).toHaveLength(1));
    return {
      order,
      end: async () => {
        await payments.sandbox.settleRefund(id, 'failed');
        // The sandbox may have completed it before.
        await collection().updateOne({ _id: order.id }, { $set: { 'refunds.0.status': 'pending' } });
      },
      known: { refunds: [{ status: 'failed' }], owed: 100 },
    };
  },
  'succeeded refund fails': async () => {
    const order = await paid();
    const { id } = await refundAtStripe(order, 100);
    await until(async () => expect(await storedOf(order)).toMatchObject({ refunds: [{ status: 'succeeded' }] }));
    return {
      order,
      end: () => payments.sandbox.settleRefund(id, 'failed'),
      known: { refunds: [{ status: 'failed' }], owed: 100 },
    };
  },
  'dispute is lost': async () => {
    const order = await paid();
    await payments.sandbox.dispute(await chargeOf(order));
    await until(async () => expect((await storedOf(order)).dispute).toBeDefined());
    return {
      order,
      end: async () => payments.sandbox.changeDispute(await disputeOf(order), { status: 'lost' }),
      known: { dispute: { status: 'lost' }, left: 0 },
    };
  },
  'lost dispute is won by an appeal': async () => {
    const order = await paid();
    await payments.sandbox.dispute(await chargeOf(order));
    await payments.sandbox.changeDispute(await disputeOf(order), { status: 'lost' });
    await until(async () => expect(await storedOf(order)).toMatchObject({ dispute: { status: 'lost' } }));
    return {
      order,
      end: async () => payments.sandbox.changeDispute(await disputeOf(order), { status: 'won', moved: price }),
      known: { dispute: { status: 'won' }, left: price },
    };
  },
  'transfer is reversed by hand': async () => {
    const destination = await createSellers(payments).onboard(newId());
    const order = await paid();
    const transfer = { amount: 500, currency: 'usd', destination, transfer_group: order.id };
    const { id } = await payments.sandbox.stripe.transfers.create(transfer);
    await until(async () => expect((await storedOf(order)).sent).toBe(500));
    return { order, end: () => payments.sandbox.stripe.transfers.createReversal(id, {}), known: { sent: 0 } };
  },
};

test.each([
  'pending refund fails',
  'succeeded refund fails',
  'dispute is lost',
  'lost dispute is won by an appeal',
  'transfer is reversed by hand',
] as const)(
  'When a %s long after it was made, and nothing was read at Stripe for a month, then it is known all the same',
  async (what) => {
    const { order, end, known } = await longAgo[what]();
    await stopFollowing();
    await end();
    // Later than everything that Stripe's events have.
    const at = new Date(payments.system.clock.now().getTime() + 3_600_000);
    await collection().updateMany({ moneyReadAt: { $exists: true } }, { $set: { moneyReadAt: at } });
    await later(40 * 24 * 60 * 60_000, async () => {
      await bookmarks().updateOne({}, { $set: { at, leasedUntil: new Date(0) } });
      await until(async () => expect(await storedOf(order)).toMatchObject(known));
    });
  },
);

test('When more charges were not read for a month than a pass reads, then the bookmark moves only after all were', async () => {
  const order = await paid();
  await stopFollowing();
  const at = new Date(payments.system.clock.now().getTime() + 3_600_000);
  const charge = await storedOf(order);
  // Not one of them has an event.
  const copies = Array.from({ length: 201 }, () => ({
    ...charge,
    _id: newId(),
    moneyReadAt: at,
    outbox: [],
    entries: [],
  }));
  await collection().insertMany(copies);
  await later(40 * 24 * 60 * 60_000, async () => {
    await bookmarks().updateOne({}, { $set: { at, leasedUntil: new Date(0) } });
    await until(async () => expect((await bookmarks().findOne())?.at.getTime()).toBeGreaterThan(at.getTime()));
    expect(await collection().countDocuments({ moneyReadAt: { $lte: at } })).toBe(0);
  });
});

const accounts = () => payments.system.collection<PayoutAccount>('payout-accounts');
const passed = async () => {
  const at = (await bookmarks().findOne())?.at.getTime() ?? 0;
  await until(async () => expect((await bookmarks().findOne())?.at.getTime()).toBeGreaterThan(at));
};

test('When a pass outlasts its lease, then what it has read counts all the same', async () => {
  await accounts().insertOne({ _id: newId(), accountId: 'acct_unknown', status: 'pending' });
  // The accounts are the last that a pass reads.
  const pause = payments.pauseAt('before', 'readAccount');
  await pause.reached;
  try {
    const at = (await bookmarks().findOne())?.at.getTime() ?? 0;
    // As if another replica had it from now on.
    await stopFollowing();
    pause.goOn();
    await until(async () => expect((await bookmarks().findOne())?.at.getTime()).toBeGreaterThan(at));
  } finally {
    await bookmarks().updateOne({}, { $set: { leasedUntil: new Date(0) } });
  }
});

test('When no webhook tells that a ready account is restricted, then that is known within an hour', async () => {
  const seller = newId();
  const sellers = createSellers(payments);
  const accountId = await sellers.onboard(seller);
  const { status, readAt } = (await sellers.stored(seller)) ?? {};
  expect(status).toBe('ready');
  await sellers.restrict(accountId, true);
  await passed();
  await passed();
  expect(await sellers.stored(seller)).toMatchObject({ status: 'ready', readAt });
  await later(3_600_000, async () => {
    await until(async () => expect((await sellers.stored(seller))?.status).toBe('pending'));
  });
});

test.each(['ready', 'pending'] as const)(
  'When there are more %s accounts than a pass reads, then the next passes read the others',
  async (status) => {
    const readAt = new Date(payments.system.clock.now().getTime() - 7_200_000);
    const closed = Array.from({ length: 201 }, (_, index) => `acct_${status}${index}`);
    await accounts().insertMany(closed.map((accountId) => ({ _id: newId(), accountId, status, readAt })));
    await until(async () => expect(await accounts().countDocuments({ readAt })).toBe(0));
    expect(await accounts().countDocuments({ accountId: { $in: closed }, status: 'pending' })).toBe(closed.length);
    await accounts().deleteMany({ accountId: { $in: closed } });
  },
);

test('When an account is to be read, then an index finds it', async () => {
  for (const filter of [
    { status: 'pending' as const },
    { status: 'ready' as const, readAt: { $not: { $gte: new Date() } } },
  ]) {
    const plan = await accounts()
      .find({ accountId: { $exists: true }, ...filter })
      .sort({ readAt: 1 })
      .explain();
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).toContain('"indexName":"by_last_read"');
    expect(JSON.stringify(plan['queryPlanner'].winningPlan)).not.toContain('SORT');
  }
});
