import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { userUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { attemptAbandonedMs } from '../../domain/payment.ts';
import type { LedgerEntry } from '../../models/ledger.ts';
import type { PaymentDocument } from '../../models/payment.ts';
import type { PayoutAccount } from '../../models/payout-account.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { createSellers } from '../../test/sellers.ts';

const leaseMs = 30_001;
const dayMs = 24 * 60 * 60_000;

let payments: PaymentsUnderTest;
let sellers: ReturnType<typeof createSellers>;

beforeAll(async () => {
  payments = await openPayments({ timeoutMs: 4_000, env: { PAYOUT_DELAY_HOURS: '0' } });
  await payments.startReplica();
  sellers = createSellers(payments);
});
afterAll(() => payments.close());

const eventually: PaymentsUnderTest['system']['eventually'] = (...args) => payments.system.eventually(...args);
const collection = () => payments.system.collection<PaymentDocument>('payments');

const chargeOf = async (orderId: string) => {
  const charge = await payments.stored(orderId);
  if (charge === null) throw new Error('no charge');
  return charge;
};
/** Nothing is to be done for the sale, and no worker has taken it up. */
const settled = (orderId: string) =>
  eventually(async () => {
    const { payoutDue } = await chargeOf(orderId);
    if (payoutDue !== undefined && payoutDue.due.getTime() <= payments.system.clock.now().getTime() + leaseMs)
      throw new Error('still due');
    return payoutDue;
  });
const paidOut = (orderId: string) =>
  eventually(async () => {
    const charge = await chargeOf(orderId);
    if (charge.paidOutAt === undefined || charge.payoutDue !== undefined) throw new Error('not paid out');
    return charge;
  });
/** The mark is due at once. */
const mark = (orderId: string, set: object = {}, unset: readonly string[] = []) =>
  collection().updateOne(
    { _id: orderId },
    {
      $set: { ...set, payoutDue: { due: payments.system.clock.now(), correlationId: 'c', traceId: 't' } },
      $unset: Object.fromEntries(unset.map((field) => [field, true as const])),
    },
  );
const entriesOf = async (orderId: string) => {
  const waiting = (await chargeOf(orderId)).entries ?? [];
  const moved = await payments.system.collection<LedgerEntry>('ledger').find({ orderId }).toArray();
  return new Map([
    ...waiting.map(({ id, lines }) => [id, lines] as const),
    ...moved.map(({ _id, lines }) => [_id, lines] as const),
  ]);
};

test('When the time of a sale has come, then its proceeds are released and transferred, once, with balanced entries', async () => {
  const seller = await sellers.ready();
  const order = await sellers.sale(seller);
  const { transfer, releasedAt } = await paidOut(order);
  expect(releasedAt).toBeInstanceOf(Date);
  const [sent, ...others] = await sellers.transfers(order);
  expect(others).toEqual([]);
  expect(sent).toMatchObject({
    amount: 1799,
    currency: 'usd',
    destination: await sellers.accountOf(seller),
    transfer_group: order,
    metadata: { orderId: order },
    source_transaction: expect.stringContaining('ch_'),
  });
  expect(transfer).toMatchObject({ id: sent?.id, amount: 1799, number: 1 });
  const entries = await entriesOf(order);
  expect(entries.get(`release:${order}`)).toEqual([
    { account: `seller:${seller}:held`, amount: 1799 },
    { account: `seller:${seller}:available`, amount: -1799 },
  ]);
  expect(entries.get(`transfer:${sent?.id}`)).toEqual([
    { account: `seller:${seller}:available`, amount: 1799 },
    { account: 'stripe', amount: -1799 },
  ]);
  expect(payments.updates(order).at(-1)).toMatchObject({ paidOut: 1799, paidOutAt: expect.any(String) });
});

test('When the time has not come, then nothing is released', async () => {
  const seller = await sellers.ready();
  const order = await sellers.sale(seller, dayMs);
  // Even if the mark was made too early.
  await mark(order);
  await settled(order);
  const { payoutDue, releasedAt, availableAt } = await chargeOf(order);
  expect(releasedAt).toBeUndefined();
  expect(payoutDue?.due).toEqual(availableAt);
  payments.system.clock.advance(dayMs + 1);
  expect((await paidOut(order)).releasedAt?.getTime()).toBeGreaterThanOrEqual(availableAt?.getTime() ?? Infinity);
});

test('When the seller has no account, then the balance waits, unlooked at, until the account is ready', async () => {
  const seller = newId();
  await sellers.verify(seller);
  const order = await sellers.sale(seller);
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ payoutWaits: true }));
  expect(await chargeOf(order)).toMatchObject({ releasedAt: expect.any(Date) });
  expect((await chargeOf(order)).payoutDue).toBeUndefined();
  await sellers.onboard(seller);
  expect((await paidOut(order)).payoutWaits).toBeUndefined();
  expect(await sellers.transfers(order)).toHaveLength(1);
});

test('When the e-mail is not verified, then the transfer waits for that alone', async () => {
  const seller = newId();
  await sellers.onboard(seller);
  const order = await sellers.sale(seller);
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ payoutWaits: true }));
  expect(await sellers.transfers(order)).toEqual([]);
  await sellers.verify(seller);
  await paidOut(order);
  expect(await sellers.transfers(order)).toHaveLength(1);
});

test('When a seller is suspended, then the transfer waits until the account is reinstated', async () => {
  const seller = await sellers.ready();
  const user = { id: seller, email: `${seller}@example.com`, emailVerified: true };
  const suspendedAt = '2030-01-01T00:00:00.000Z';
  await payments.system.publish(userUpdated, { ...user, version: 2, suspendedAt });
  await eventually(async () => {
    const accounts = payments.system.collection<PayoutAccount>('payout-accounts');
    expect(await accounts.findOne({ _id: seller })).toMatchObject({ user: { suspendedAt } });
  });
  const order = await sellers.sale(seller);
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ payoutWaits: true }));
  expect(await sellers.transfers(order)).toEqual([]);
  const reinstatedAt = '2030-01-01T00:00:00.001Z';
  await payments.system.publish(userUpdated, { ...user, version: 3, suspendedAt, reinstatedAt });
  await paidOut(order);
  expect(await sellers.transfers(order)).toHaveLength(1);
});

test.each(['before', 'after'] as const)(
  'When the process dies %s Stripe makes the transfer, then another replica sends it once',
  async (when) => {
    const seller = await sellers.ready();
    payments.dieAt(when, 'createTransfer');
    const order = await sellers.sale(seller);
    await eventually(async () => {
      expect((await chargeOf(order)).transfer).toMatchObject({ number: 1 });
      expect(await sellers.transfers(order)).toHaveLength(when === 'after' ? 1 : 0);
    });
    payments.system.clock.advance(leaseMs);
    const { transfer } = await paidOut(order);
    expect((await sellers.transfers(order)).map(({ id }) => id)).toEqual([transfer?.id]);
  },
);

test('When a process is paused in the middle and another one sends the transfer, then there is one, and one entry', async () => {
  const seller = await sellers.ready();
  const paused = payments.pauseAt('before', 'createTransfer');
  const order = await sellers.sale(seller);
  await paused.reached;
  payments.system.clock.advance(leaseMs);
  const { version } = await paidOut(order);
  paused.goOn();
  await eventually(() => expect(payments.calls('createTransfer')).toBeGreaterThan(1));
  await settled(order);
  expect(await sellers.transfers(order)).toHaveLength(1);
  expect((await chargeOf(order)).version).toBe(version);
});

test('When Stripe may have forgotten the key of a transfer, then it is looked for before the call is repeated', async () => {
  const seller = await sellers.ready();
  payments.dieAt('after', 'createTransfer');
  const order = await sellers.sale(seller);
  await eventually(async () => expect(await sellers.transfers(order)).toHaveLength(1));
  const calls = payments.calls('createTransfer');
  payments.system.clock.advance(dayMs);
  const { transfer } = await paidOut(order);
  expect((await sellers.transfers(order)).map(({ id }) => id)).toEqual([transfer?.id]);
  expect(payments.calls('createTransfer')).toBe(calls);
});

test('When Stripe refuses the transfer to a restricted account, then it waits, and is sent under another key once the account is ready', async () => {
  const seller = await sellers.ready();
  const accountId = await sellers.accountOf(seller);
  await sellers.restrict(accountId, true);
  const order = await sellers.sale(seller);
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ payoutWaits: true }));
  expect((await chargeOf(order)).transfer).toBeUndefined();
  expect((await sellers.stored(seller))?.status).toBe('pending');
  await sellers.restrict(accountId, false);
  await sellers.accountUpdated(accountId);
  // A refusal may be followed by another one before the restriction is known.
  expect((await paidOut(order)).transfer?.number).toBeGreaterThan(1);
  expect(await sellers.transfers(order)).toHaveLength(1);
});

test('When an account is restricted after it was ready, then its transfer waits, without a call of Stripe, until it is ready again', async () => {
  const seller = await sellers.ready();
  const accountId = await sellers.accountOf(seller);
  const order = await sellers.sale(seller, dayMs);
  await sellers.restrict(accountId, true);
  await sellers.accountUpdated(accountId);
  await mark(order, { availableAt: new Date(0) });
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ payoutWaits: true }));
  // A transfer is claimed under a number before Stripe is called.
  expect(await chargeOf(order)).toMatchObject({ releasedAt: expect.any(Date) });
  expect((await chargeOf(order)).payoutNumber).toBeUndefined();
  await sellers.restrict(accountId, false);
  await sellers.accountUpdated(accountId);
  expect((await paidOut(order)).transfer).toMatchObject({ number: 1 });
});

const dispute = { id: 'dp_1', amount: 1999, reason: 'fraudulent' };
const refundDue = { due: new Date(Date.now() + 365 * dayMs), correlationId: 'c', traceId: 't' };

test.each([
  ['a dispute is open', { disputes: [{ ...dispute, status: 'needs_response' }] }, 'disputes'],
  ['the bank inquires', { disputes: [{ ...dispute, status: 'warning_needs_response' }] }, 'disputes'],
  ['the buyer has reported a problem', { 'order.problemAt': new Date().toISOString() }, 'order.problemAt'],
  ['a refund is pending', { refundStatus: 'pending' }, 'refundStatus'],
  ['a refund is due', { refundDue }, 'refundDue'],
  ['an operator has ordered a refund', { refundOrdered: { at: new Date(), reason: 'r' } }, 'refundOrdered'],
])('When %s, then nothing is released, nor transferred if it was released before', async (_what, open, ended) => {
  const seller = await sellers.ready();
  const held = await sellers.sale(seller, dayMs);
  await mark(held, { ...open, availableAt: new Date(0) });
  const blocked = await settled(held);
  expect(blocked?.due.getTime()).toBeGreaterThan(payments.system.clock.now().getTime());
  expect((await chargeOf(held)).releasedAt).toBeUndefined();
  await mark(held, { releasedAt: new Date() });
  await settled(held);
  expect((await chargeOf(held)).transfer).toBeUndefined();
  expect(await sellers.transfers(held)).toEqual([]);
  await mark(held, {}, [ended, 'releasedAt']);
  await paidOut(held);
});

test.each(['before', 'after'] as const)(
  'When a dispute is opened after the process died %s Stripe made the transfer, then it is not sent any more, but known if it was',
  async (when) => {
    const seller = await sellers.ready();
    const before = payments.calls('createTransfer');
    payments.dieAt(when, 'createTransfer');
    const order = await sellers.sale(seller);
    const made = when === 'after' ? 1 : 0;
    await eventually(async () => {
      expect((await chargeOf(order)).transfer).toMatchObject({ number: 1 });
      // The transfer is claimed before the call.
      expect(payments.calls('createTransfer')).toBe(before + 1);
      expect(await sellers.transfers(order)).toHaveLength(made);
    });
    await mark(order, { disputes: [{ ...dispute, status: 'needs_response' }] });
    if (made === 0) {
      // The call may still be on its way.
      await eventually(async () => {
        const { payoutDue, transfer } = await chargeOf(order);
        expect(payoutDue?.due.getTime()).toBe((transfer?.claimedAt?.getTime() ?? 0) + attemptAbandonedMs);
      });
      payments.system.clock.advance(attemptAbandonedMs);
    }
    await eventually(async () =>
      expect((await chargeOf(order)).transfer?.id).toBe((await sellers.transfers(order))[0]?.id),
    );
    if (made === 0) await eventually(async () => expect((await chargeOf(order)).transfer).toBeUndefined());
    expect(payments.calls('createTransfer')).toBe(before + 1);
    await mark(order, { disputes: [{ ...dispute, status: 'won' }] });
    expect((await paidOut(order)).transfer).toMatchObject({ number: when === 'after' ? 1 : 2 });
    expect(await sellers.transfers(order)).toHaveLength(1);
  },
);

test('When an operator has settled the problem, then the proceeds are released', async () => {
  const seller = await sellers.ready();
  const order = await sellers.sale(seller, dayMs);
  await mark(order, {
    'order.problemAt': new Date(0).toISOString(),
    problemSettledAt: new Date(),
    availableAt: new Date(0),
  });
  await paidOut(order);
});

test('When all was refunded before the time came, then nothing is released or transferred', async () => {
  const seller = await sellers.ready();
  const order = await sellers.sale(seller, dayMs);
  await mark(order, { status: 'refunded', left: 0, fee: 0, availableAt: new Date(0) });
  await eventually(async () => expect((await chargeOf(order)).payoutDue).toBeUndefined());
  expect((await chargeOf(order)).releasedAt).toBeUndefined();
  expect(await sellers.transfers(order)).toEqual([]);
});

const reversed = (orderId: string, amount: number) =>
  eventually(async () => {
    const charge = await chargeOf(orderId);
    expect(charge.sent).toBe(1799 - amount);
    expect(charge.reversal).toBeUndefined();
    expect(charge.payoutDue).toBeUndefined();
  });

test('When money is refunded after the transfer, then the difference is taken back from the seller, once', async () => {
  const order = await sellers.sale(await sellers.ready());
  await paidOut(order);
  // Half of the sale is left: 1000 less the fee of 100.
  await mark(order, { left: 1000, fee: 100 });
  await reversed(order, 899);
  await mark(order, { status: 'refunded', left: 0, fee: 0 });
  await reversed(order, 1799);
  const [transfer] = await sellers.transfers(order);
  expect(transfer).toMatchObject({ amount_reversed: 1799, reversed: true });
});

test.each(['before', 'after'] as const)(
  'When the process dies %s Stripe reverses the transfer, then another replica reverses it once',
  async (when) => {
    const order = await sellers.sale(await sellers.ready());
    await paidOut(order);
    payments.dieAt(when, 'reverseTransfer');
    await mark(order, { left: 1000, fee: 100 });
    await eventually(async () => expect((await chargeOf(order)).reversal).toMatchObject({ amount: 899 }));
    payments.system.clock.advance(leaseMs);
    await reversed(order, 899);
    expect((await sellers.transfers(order))[0]?.amount_reversed).toBe(899);
  },
);

test('When Stripe may have forgotten the key of a reversal, then the transfer is read first', async () => {
  const order = await sellers.sale(await sellers.ready());
  await paidOut(order);
  payments.dieAt('after', 'reverseTransfer');
  await mark(order, { left: 1000, fee: 100 });
  await eventually(async () => expect((await sellers.transfers(order))[0]?.amount_reversed).toBe(899));
  const calls = payments.calls('reverseTransfer');
  payments.system.clock.advance(dayMs);
  await reversed(order, 899);
  expect(payments.calls('reverseTransfer')).toBe(calls);
});

/** Something happens at Stripe to the payment of an order, and its webhook comes. */
const atStripe = async (orderId: string, happen: (intent: string) => Promise<unknown>) => {
  const intent = (await chargeOf(orderId)).stripeId ?? '';
  await happen(intent);
  expect((await sellers.reported('charge.refunded', { payment_intent: intent })).status).toBe(200);
};
/** Support refunds a part in the dashboard. */
const refunded = (orderId: string, amount: number) =>
  atStripe(orderId, (intent) => payments.sandbox.stripe.refunds.create({ payment_intent: intent, amount }));
const owes = (orderId: string) =>
  eventually(async () => expect((await chargeOf(orderId)).payoutDue).toMatchObject({ failing: 'reversal' }));

const waits = (orderId: string) =>
  eventually(async () => expect(await chargeOf(orderId)).toMatchObject({ payoutWaits: true }));
/** A seller whose account is empty owes a part of one sale, and another sale waits for the end of that. */
const inDebt = async () => {
  const seller = await sellers.ready();
  const account = await sellers.accountOf(seller);
  const owing = await sellers.sale(seller);
  await paidOut(owing);
  await sellers.empty(account, true);
  await refunded(owing, 500);
  await owes(owing);
  const other = await sellers.sale(seller);
  await waits(other);
  return { account, owing, other };
};

test('When Stripe cannot take a transfer back, then other sales of the seller wait until it has', async () => {
  const { account, owing, other } = await inDebt();
  await paidOut(await sellers.sale(await sellers.ready()));
  // Another movement marks the sale anew: its debt is not forgotten meanwhile.
  const pause = payments.pauseAt('before', 'reverseTransfer');
  await refunded(owing, 500);
  await pause.reached;
  expect((await chargeOf(owing)).payoutDue).toMatchObject({ failing: 'reversal' });
  // Nor by a sale that is woken for another reason.
  await sellers.accountUpdated(account);
  await waits(other);
  pause.goOn();
  await owes(owing);
  expect(await sellers.transfers(other)).toEqual([]);
  await sellers.empty(account, false);
  payments.system.clock.advance(600_000);
  await reversed(owing, 900);
  await paidOut(other);
  expect(await sellers.transfers(other)).toHaveLength(1);
});

test('When a sale that waits was sent too much by hand and Stripe cannot take it back, then the others wait until it has', async () => {
  const seller = newId();
  const account = await sellers.onboard(seller);
  const [owing, other] = [await sellers.sale(seller), await sellers.sale(seller)];
  await waits(owing);
  await waits(other);
  await sellers.empty(account, true);
  const byHand = { amount: 1999, currency: 'usd', destination: account, transfer_group: owing };
  await sellers.reported('transfer.created', await payments.sandbox.stripe.transfers.create(byHand));
  await owes(owing);
  const pause = payments.pauseAt('before', 'reverseTransfer');
  await sellers.verify(seller);
  await pause.reached;
  try {
    expect((await chargeOf(owing)).payoutDue).toMatchObject({ failing: 'reversal' });
    await waits(other);
    expect(await sellers.transfers(other)).toEqual([]);
  } finally {
    pause.goOn();
  }
});

test('When a debt has ended and nothing has woken the sales that wait for that, then the next read of the account does', async () => {
  const { account, owing, other } = await inDebt();
  // As a process leaves it that dies in between.
  await collection().updateOne({ _id: owing }, { $unset: { payoutDue: true } });
  await sellers.accountUpdated(account);
  await paidOut(other);
});

const disputeLost = (orderId: string) =>
  atStripe(orderId, async (intent) => {
    const [charge] = await payments.sandbox.paid(orderId);
    await payments.sandbox.dispute(charge?.id ?? '');
    const { data } = await payments.sandbox.stripe.disputes.list({ payment_intent: intent });
    await payments.sandbox.changeDispute(data[0]?.id ?? '', { status: 'lost' });
  });
const appealWon = (orderId: string) =>
  atStripe(orderId, async (intent) => {
    const { data } = await payments.sandbox.stripe.disputes.list({ payment_intent: intent });
    await payments.sandbox.changeDispute(data[0]?.id ?? '', { status: 'won', moved: 1999 });
  });
/** Orders cancels a complete order whose charge was refunded. */
const cancelledAsRefunded = async (orderId: string) => {
  const { order } = await chargeOf(orderId);
  if (order === undefined) throw new Error('no order');
  await payments.cancel(order, 'refunded');
};

test('When an appeal is won after the proceeds were taken back, then they are sent again, once', async () => {
  const order = await sellers.sale(await sellers.ready());
  await paidOut(order);
  await disputeLost(order);
  await reversed(order, 1799);
  expect(await chargeOf(order)).toMatchObject({ status: 'refunded', left: 0 });
  await cancelledAsRefunded(order);
  await appealWon(order);
  await reversed(order, 0);
  const [second, first, ...others] = await sellers.transfers(order);
  expect([first, second]).toMatchObject([{ amount_reversed: 1799 }, { amount: 1799, amount_reversed: 0 }]);
  expect(others).toEqual([]);
  const entries = await entriesOf(order);
  expect(entries.get(`transfer:${second?.id}`)).toContainEqual({ account: 'stripe', amount: -1799 });
  // What an operator takes back stays with us.
  await payments.sandbox.stripe.transfers.createReversal(second?.id ?? '', {});
  await transferReported(order, second?.id ?? '', 'transfer.reversed');
  await reversed(order, 1799);
  expect(await sellers.transfers(order)).toHaveLength(2);
});

test('When an appeal is won before the time of the sale, then its proceeds are released and transferred then', async () => {
  const now = payments.system.clock.now();
  const sold = await sellers.paid(await sellers.ready(), new Date(now.getTime() + dayMs));
  // Orders is not asked before the time, and has cancelled the order then.
  await sellers.completed(sold, { delivery: sellers.delivered(now) });
  const order = sold.id;
  await disputeLost(order);
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ status: 'refunded', left: 0 }));
  await cancelledAsRefunded(order);
  await appealWon(order);
  await settled(order);
  expect(await chargeOf(order)).toMatchObject({ left: 1999, payoutDue: { due: (await chargeOf(order)).availableAt } });
  expect((await chargeOf(order)).releasedAt).toBeUndefined();
  payments.system.clock.advance(dayMs + 1);
  await paidOut(order);
  expect(await chargeOf(order)).toMatchObject({ sent: 1799, releasedAt: expect.any(Date) });
  expect(await sellers.transfers(order)).toHaveLength(1);
});

test('When an appeal is won and the order was cancelled before its ticket was delivered, then nothing is released', async () => {
  const seller = await sellers.ready();
  const { id: order } = await sellers.paid(seller, new Date(payments.system.clock.now().getTime() - 1));
  await disputeLost(order);
  await cancelledAsRefunded(order);
  await appealWon(order);
  await eventually(async () => expect(await chargeOf(order)).toMatchObject({ left: 1999 }));
  await eventually(async () => expect((await chargeOf(order)).payoutDue).toBeUndefined());
  expect((await chargeOf(order)).releasedAt).toBeUndefined();
});

/** A webhook about the order's transfer, as Stripe sends it. */
const transferReported = (orderId: string, id: string, type = 'transfer.created') =>
  sellers.reported(type, { id, object: 'transfer', transfer_group: orderId });

test('When an operator has taken a transfer back by hand, then no second one is sent', async () => {
  const order = await sellers.sale(await sellers.ready());
  const { transfer } = await paidOut(order);
  await payments.sandbox.stripe.transfers.createReversal(transfer?.id ?? '', {});
  await transferReported(order, transfer?.id ?? '', 'transfer.reversed');
  await reversed(order, 1799);
  expect(await sellers.transfers(order)).toHaveLength(1);
});

/** As by Stripe's API or CLI, without our metadata. */
const transferByHand = async (orderId: string, seller: string, amount: number) => {
  const destination = await sellers.accountOf(seller);
  const transfer = { amount, currency: 'usd', destination, transfer_group: orderId };
  const { id } = await payments.sandbox.stripe.transfers.create(transfer);
  return id;
};

test('When an operator makes a transfer by hand before ours, then it is in the ledger, and what is left is not sent', async () => {
  const seller = await sellers.ready();
  const order = await sellers.sale(seller, dayMs);
  const id = await transferByHand(order, seller, 1000);
  expect((await transferReported(order, id)).status).toBe(200);
  expect(await chargeOf(order)).toMatchObject({ sent: 1000, paidOut: 1000, paidOutAt: expect.any(Date) });
  payments.system.clock.advance(dayMs + 1);
  await eventually(async () => {
    expect((await chargeOf(order)).releasedAt).toBeInstanceOf(Date);
    expect((await chargeOf(order)).payoutDue).toBeUndefined();
  });
  expect((await sellers.transfers(order)).map((transfer) => transfer.id)).toEqual([id]);
  const entries = await entriesOf(order);
  expect(entries.get(`transfer:${id}`)).toEqual([
    { account: `seller:${seller}:held`, amount: 1000 },
    { account: 'stripe', amount: -1000 },
  ]);
  expect(entries.get(`release:${order}`)).toContainEqual({ account: `seller:${seller}:available`, amount: -799 });
});

test('When an operator makes a transfer by hand beside ours, then what is too much is taken back', async () => {
  const seller = await sellers.ready();
  const order = await sellers.sale(seller);
  await paidOut(order);
  const id = await transferByHand(order, seller, 500);
  await transferReported(order, id);
  await eventually(async () => {
    expect(await chargeOf(order)).toMatchObject({ sent: 1799, paidOut: 2299 });
    expect((await chargeOf(order)).payoutDue).toBeUndefined();
  });
  expect((await sellers.transfers(order)).map((transfer) => transfer.amount_reversed)).toEqual([500, 0]);
});

test.each([
  ['dies before', 'before', 0],
  ['dies after', 'after', 1799],
] as const)(
  'When the process %s our transfer is made, and one by hand is known meanwhile, then no other one follows',
  async (_what, when, ours) => {
    const seller = await sellers.ready();
    payments.dieAt(when, 'createTransfer');
    const order = await sellers.sale(seller);
    await eventually(async () => {
      expect((await chargeOf(order)).transfer).toMatchObject({ number: 1 });
      expect(await sellers.transfers(order)).toHaveLength(ours === 0 ? 0 : 1);
    });
    const id = await transferByHand(order, seller, 1799);
    await transferReported(order, id);
    payments.system.clock.advance(attemptAbandonedMs);
    await eventually(async () => {
      expect((await chargeOf(order)).sent).toBe(1799);
      expect((await chargeOf(order)).payoutDue).toBeUndefined();
    });
    const sent = await sellers.transfers(order);
    expect(sent.reduce((sum, { amount }) => sum + amount, 0)).toBe(1799 + ours);
    const moved = [...(await entriesOf(order)).values()]
      .flatMap((lines) => lines ?? [])
      .filter(({ account }) => account === 'stripe');
    expect(moved.reduce((sum, { amount }) => sum + amount, 0)).toBe(1999 - 1799);
  },
);
