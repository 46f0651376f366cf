import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrder } from '@ticketing/common/events/testing';
import { newId } from '@ticketing/common/mongo';
import type { Charge } from '../../domain/payment.ts';
import { openModels } from '../../models/open-models.ts';
import { parseCharge, type PaymentDocument } from '../../models/payment.ts';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { askToRelease } from './ask-to-release.ts';
import {
  claimReversal,
  claimTransfer,
  recordNotTransferred,
  recordReleased,
  recordReversalEnded,
  recordTransferred,
} from './record-payout.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

const trace = { correlationId: 'c', traceId: 't' };
const collection = () => payments.system.collection<PaymentDocument>('payments');

/** A sale whose time has come, which no worker looks at. */
const newSale = async (fields: object): Promise<Charge> => {
  const now = new Date();
  const sale = {
    _id: newId(),
    version: 3,
    status: 'completed',
    order: newOrder({ status: 'complete', sellerId: 'seller', releaseAgreedAt: now.toISOString() }),
    outbox: [],
    declines: 0,
    lastAttemptNumber: 1,
    amount: 1999,
    currency: 'usd',
    stripeId: `pi_${newId()}`,
    createdAt: now,
    completedAt: now,
    left: 1999,
    fee: 200,
    availableAt: now,
    ...fields,
  };
  await payments.system.collection<{ _id: string }>('payments').insertOne(sale);
  return parseCharge(sale);
};

const deps = () => {
  const models = openModels({
    database: { collection: (name) => payments.system.collection(name) },
    relay: { register: () => undefined, publish: () => undefined },
    now: payments.system.clock.now,
    newId,
  });
  return { ...models, now: payments.system.clock.now };
};

const byHand = { id: 'tr_hand', amount: 1000, reversals: [] };

const changes: readonly [string, object][] = [
  ['a refund is due', { refundDue: { due: new Date(Date.now() + 1e9), ...trace } }],
  ['an operator has ordered a refund', { refundOrdered: { at: new Date(), reason: 'r' } }],
  ['the order is cancelled', { 'order.status': 'cancelled' }],
  ['the buyer has reported a problem', { 'order.problemAt': new Date().toISOString() }],
  ['a dispute was written', { version: 4 }],
];

test('When orders has not agreed, then the sale is not released', async () => {
  const charge = await newSale({});
  const released = () => recordReleased(deps(), { charge, trace, deadline: 0 });
  await collection().updateOne({ _id: charge._id }, { $unset: { 'order.releaseAgreedAt': true } });
  expect(await released()).toBe(false);
  await collection().updateOne({ _id: charge._id }, { $set: { 'order.releaseAgreedAt': new Date().toISOString() } });
  expect(await released()).toBe(true);
});

test('When orders does not answer, then it is asked again after growing delays, but not while the last question waits in the outbox', async () => {
  const { _id } = await newSale({});
  const ask = async () => {
    const charge = parseCharge((await payments.stored(_id)) ?? { _id });
    return askToRelease(deps(), { charge, trace, deadline: 0 });
  };
  // The running service may publish the sale again, as it was before.
  const questions = async () =>
    (await payments.stored(_id))?.outbox
      ?.filter(({ version }) => version > 3)
      .map(({ version, data }) => [version, data['id']]);
  const now = () => payments.system.clock.now().getTime();
  const first = await ask();
  expect(first.getTime() - now()).toBeLessThanOrEqual(5_000);
  // The test's clock goes on.
  expect((await ask()).getTime() - first.getTime()).toBeLessThan(1_000);
  expect(await questions()).toEqual([[4, _id]]);
  payments.system.clock.advance(5_001);
  expect((await ask()).getTime() - now()).toBeGreaterThan(9_000);
  expect(await questions()).toEqual([[4, _id]]);
  await collection().updateOne({ _id }, { $set: { outbox: [] } });
  await ask();
  expect(await questions()).toEqual([[4, _id]]);
  expect((await payments.stored(_id))?.releaseQuestion?.count).toBe(2);
});

test('When a later delivery has moved the time since the sale was read, then it is not released', async () => {
  const charge = await newSale({});
  await collection().updateOne({ _id: charge._id }, { $set: { availableAt: new Date(Date.now() + 60_000) } });
  expect(await recordReleased(deps(), { charge, trace, deadline: 0 })).toBe(false);
});

test.each(changes)('When %s after the sale was read, then it is not released', async (_what, set) => {
  const charge = await newSale({});
  await collection().updateOne({ _id: charge._id }, { $set: set });
  expect(await recordReleased(deps(), { charge, trace, deadline: 0 })).toBe(false);
});

test.each(changes)('When %s after the sale was read, then no transfer is claimed', async (_what, set) => {
  const charge = await newSale({ releasedAt: new Date() });
  await collection().updateOne({ _id: charge._id }, { $set: set });
  expect(await claimTransfer(deps(), { charge, trace, deadline: 0 }, { amount: 1799, accountId: 'acct' })).toBe(false);
});

test('When several workers claim the transfer of a sale at once, then one does', async () => {
  const charge = await newSale({ releasedAt: new Date() });
  const all = await Promise.all(
    Array.from({ length: 5 }, () =>
      claimTransfer(deps(), { charge, trace, deadline: 0 }, { amount: 1799, accountId: 'acct' }),
    ),
  );
  expect(all.filter(Boolean)).toHaveLength(1);
});

test('When a call for a transfer returns after its claim was dropped, then it is recorded once, and its sale looked at', async () => {
  const charge = await newSale({ releasedAt: new Date(), sent: 1000, paidOut: 1000, transfers: [byHand] });
  const claim = { number: 1, amount: 1799, accountId: 'acct', claimedAt: new Date() };
  const context = { charge, trace, deadline: 0 };
  expect(await recordTransferred(deps(), context, claim, 'tr_ours')).toBe(true);
  expect(await recordTransferred(deps(), context, claim, 'tr_ours')).toBe(false);
  const stored = await payments.stored(charge._id);
  expect(stored).toMatchObject({ sent: 2799, paidOut: 2799, payoutDue: trace, transfer: { id: 'tr_ours' } });
  expect(stored?.transfers).toEqual([byHand, { id: 'tr_ours', amount: 1799, isOurs: true, reversals: [] }]);
  expect(stored?.entries?.map(({ id }) => id)).toEqual(['transfer:tr_ours']);
});

const lease = new Date(Date.now() + 30_000);
const payoutDue = { due: lease, ...trace };

test.each([
  ['another transfer is claimed', { 'transfer.number': 2 }],
  ['the transfer is made', { 'transfer.id': 'tr' }],
  ['another worker has taken up the sale', { 'payoutDue.due': new Date(Date.now() + 60_000) }],
])('When %s since a transfer was refused, then its claim stays', async (_what, set) => {
  const transfer = { number: 1, amount: 1799, accountId: 'acct', claimedAt: new Date() };
  const charge = await newSale({ releasedAt: new Date(), transfer, payoutDue });
  const drop = () => recordNotTransferred(deps(), { charge, trace, deadline: 0, lease }, transfer);
  await collection().updateOne({ _id: charge._id }, { $set: set });
  expect(await drop()).toBe(false);
  await collection().updateOne({ _id: charge._id }, { $set: { transfer, payoutDue } });
  expect(await drop()).toBe(true);
});

test('When the sale has changed since it was read, then no reversal is claimed', async () => {
  const transfers = [{ id: 'tr', amount: 1799, isOurs: true, reversals: [] }];
  const charge = await newSale({ releasedAt: new Date(), sent: 1799, transfers });
  await collection().updateOne({ _id: charge._id }, { $inc: { version: 1 } });
  const context = { charge, trace, deadline: 0 };
  expect(await claimReversal(deps(), context, { amount: 899, transferId: 'tr' })).toBe(false);
});

test('When another reversal is claimed since one has ended, then the claim stays', async () => {
  const reversal = { number: 3, amount: 1, transferId: 'tr', reversedBefore: 0, claimedAt: new Date() };
  const charge = await newSale({ reversal });
  expect(await recordReversalEnded(deps(), { charge, trace, deadline: 0 }, 2)).toBe(false);
  expect(await recordReversalEnded(deps(), { charge, trace, deadline: 0 }, 3)).toBe(true);
});
