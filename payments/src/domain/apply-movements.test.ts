import { expect, test } from '@jest/globals';
import { feeOf } from '@ticketing/common/money';
import * as fc from 'fast-check';
import { applyMovements, type MoneyAtStripe } from './apply-movements.ts';
import { entries } from './ledger-entry.ts';
import type { Charge, Entry } from './payment.ts';
import { proceedsOf } from './sale.ts';

const now = new Date('2026-11-29T12:00:00Z');
const amount = 1999;

const charge: Charge = {
  _id: 'order',
  order: { userId: 'buyer', sellerId: 's', status: 'awaiting:payment', expiresAt: now.toISOString() },
  version: 1,
  declines: 0,
  amount,
  currency: 'usd',
  createdAt: now,
  lastAttemptNumber: 1,
  status: 'completed',
  stripeId: 'pi',
};
const sale: Charge = { ...charge, completedAt: now, feePercent: 10, fee: 200, left: amount, owed: 0 };
const saleEntries = entries.sale(charge, { at: now, amount, fee: 200 });
const late: Charge = { ...charge, owed: amount };
const lateEntries = entries.lateMoney(charge, { at: now, amount });

const nothing: MoneyAtStripe = { refunds: [], disputes: [], transfers: [] };

/** Applies what Stripe shows one after the other, as each read finds it. */
const play = (from: Charge, first: readonly Entry[], reads: readonly MoneyAtStripe[]) => {
  let current = from;
  const all = [...first];
  let isReturned = false;
  for (const read of reads) {
    const change = applyMovements(current, read, now);
    if (change === undefined) continue;
    current = { ...current, ...change.set };
    all.push(...change.entries);
    ({ isReturned } = change);
  }
  return { charge: current, entries: all, isReturned };
};

const balances = (all: readonly Entry[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { account, amount: added } of all.flatMap(({ lines }) => lines))
    sums[account] = (sums[account] ?? 0) + added;
  return sums;
};

const refund = (id: string, part: number, status: 'succeeded' | 'pending' | 'failed' = 'succeeded') => ({
  id,
  amount: part,
  status,
  at: now,
  isOurs: true,
});
const dispute = (status: string) => ({ id: 'dp', amount, status, reason: 'fraudulent', at: now });
const lines = (all: readonly Entry[]) =>
  Object.fromEntries(all.map(({ id, lines: its }) => [id, balances([{ id, at: now, lines: its }])]));

test('When a sale is paid, then its price is at Stripe, and the seller is owed it less the fee', () => {
  expect(lines(saleEntries)).toEqual({
    'charge:order': { stripe: 1999, 'seller:s:held': -1999 },
    'fee:order': { 'seller:s:held': 200, fees: -200 },
  });
});

test('When a part is refunded, then the seller bears it, and the fee is that of what is left', () => {
  const after = play(sale, [], [{ ...nothing, refunds: [refund('re', 999)] }]);
  expect(lines(after.entries)).toEqual({
    'refund:re': { stripe: -999, 'seller:s:held': 999 },
    'fee-back:re': { fees: 100, 'seller:s:held': -100 },
  });
  expect(after.charge).toMatchObject({ left: 1000, fee: 100, amountRefunded: 999, refundStatus: 'succeeded' });
  expect(after.isReturned).toBe(false);
});

test('When all is refunded, then nothing is left of the sale', () => {
  const after = play(sale, saleEntries, [{ ...nothing, refunds: [refund('re', 999), refund('re2', 1000, 'pending')] }]);
  expect(balances(after.entries)).toEqual({ stripe: 0, 'seller:s:held': 0, fees: 0 });
  expect(after.charge).toMatchObject({ left: 0, fee: 0, amountRefunded: 1999, refundStatus: 'pending' });
  expect(after.isReturned).toBe(true);
});

test('When a refund fails, then we owe the money to the buyer, and the next refund pays it', () => {
  const failed = { ...nothing, refunds: [refund('re', amount, 'failed')] };
  const after = play(sale, saleEntries, [{ ...nothing, refunds: [refund('re', amount)] }, failed, failed]);
  expect(balances(after.entries)).toEqual({ stripe: amount, buyers: -amount, 'seller:s:held': 0, fees: 0 });
  expect(after.charge).toMatchObject({ left: 0, owed: amount, amountRefunded: 0, refundStatus: 'failed' });
  expect(after.isReturned).toBe(true);
  const again = play(after.charge, after.entries, [
    { ...nothing, refunds: [...failed.refunds, refund('re2', amount)] },
  ]);
  expect(balances(again.entries)).toEqual({ stripe: 0, buyers: 0, 'seller:s:held': 0, fees: 0 });
  expect(again.charge).toMatchObject({ owed: 0, amountRefunded: amount, refundStatus: 'succeeded' });
});

test('When money comes for an order that has ended, then it is the buyer’s until it is refunded', () => {
  expect(balances(lateEntries)).toEqual({ stripe: amount, buyers: -amount });
  const after = play(late, lateEntries, [{ ...nothing, refunds: [refund('re', amount)] }]);
  expect(balances(after.entries)).toEqual({ stripe: 0, buyers: 0 });
  expect(after.isReturned).toBe(true);
});

test.each([
  ['won', { stripe: amount, disputes: 0, 'seller:s:held': -1799, fees: -200 }, false],
  ['lost', { stripe: 0, disputes: 0, 'seller:s:held': 0, fees: 0 }, true],
])('When a dispute is opened and %s, then the ledger shows it', (outcome, end, isReturned) => {
  const open = play(sale, saleEntries, [{ ...nothing, disputes: [dispute('needs_response')] }]);
  expect(balances(open.entries)).toEqual({ stripe: 0, disputes: amount, 'seller:s:held': -1799, fees: -200 });
  expect(open.charge.dispute).toEqual({
    id: 'dp',
    amount,
    status: 'needs_response',
    reason: 'fraudulent',
    openedAt: now,
  });
  const after = play(open.charge, open.entries, [
    { ...nothing, disputes: [dispute('under_review')] },
    { ...nothing, disputes: [dispute(outcome)] },
  ]);
  expect(balances(after.entries)).toEqual(end);
  expect(after.isReturned).toBe(isReturned);
});

test('When an earlier dispute is open, then it is shown, and not a later one that has ended', () => {
  const disputes = [dispute('needs_response'), { ...dispute('won'), id: 'dp2' }];
  const after = play(sale, saleEntries, [{ ...nothing, disputes }]);
  expect(after.charge.dispute).toMatchObject({ id: 'dp', status: 'needs_response' });
});

const transfer = (id: string, part: number, reversals: { id: string; amount: number }[] = []) => ({
  id,
  amount: part,
  reversals,
});

test('When a transfer was made by hand, then it and what was reversed of it are in the books, once', () => {
  const made = { ...nothing, transfers: [transfer('tr', 1000)] };
  const reversed = { ...nothing, transfers: [transfer('tr', 1000, [{ id: 'trr', amount: 400 }]), transfer('tr2', 5)] };
  const after = play(sale, saleEntries, [made, made, reversed, nothing, reversed]);
  expect(lines(after.entries)).toMatchObject({
    'transfer:tr': { 'seller:s:held': 1000, stripe: -1000 },
    'reversal:trr': { 'seller:s:held': -400, stripe: 400 },
    'transfer:tr2': { 'seller:s:held': 5, stripe: -5 },
  });
  expect(after.entries).toHaveLength(saleEntries.length + 3);
  expect(after.charge).toMatchObject({ sent: 605, paidOut: 1005, paidOutAt: now });
  expect(after.charge.transfer).toBeUndefined();
});

test('When our own transfer is seen before its call has returned, then the claim has it, and no other claim', () => {
  const claimed = { ...sale, transfer: { number: 2, claimedAt: now, amount: 1799, accountId: 'acct' } };
  const byHand = play(claimed, [], [{ ...nothing, transfers: [transfer('tr', 1000)] }]);
  expect(byHand.charge.transfer).toEqual(claimed.transfer);
  const own = play(byHand.charge, [], [{ ...nothing, transfers: [{ ...transfer('tr2', 1799), number: 2 }] }]);
  expect(own.charge.transfer).toEqual({ ...claimed.transfer, id: 'tr2' });
  expect(own.charge.transfers?.map(({ id }) => id)).toEqual(['tr', 'tr2']);
});

test('When a bank only asks, then no money has moved', () => {
  const asked = play(sale, saleEntries, [{ ...nothing, disputes: [dispute('warning_needs_response')] }]);
  expect(asked.entries).toEqual(saleEntries);
});

test('When money goes back, then others are told of each cause with its time and reason', () => {
  const created = new Date('2026-11-28T12:00:00Z');
  const ours = { ...refund('re_2', 200), at: created };
  const byHand = { ...refund('re_1', 100), at: created, isOurs: false };
  const withoutFailed = [byHand, ours, { ...refund('re_3', 300, 'failed'), at: created }];
  const lost = { ...dispute('lost'), amount: 50 };
  const first = play(sale, [], [{ ...nothing, refunds: withoutFailed, disputes: [dispute('needs_response')] }]);
  expect(first.charge.returned).toEqual([
    { id: 're_1', amount: 100, at: created, reason: 'support' },
    { id: 're_2', amount: 200, at: created, reason: 'refunded' },
  ]);
  const ordered = { ...first.charge, refundOrdered: { at: now, reason: 'rain' } };
  const reasons = (from: Charge, seen: MoneyAtStripe) =>
    play(from, [], [seen]).charge.returned?.map(({ id, reason }) => [id, reason]);
  const next = { refunds: [...withoutFailed, refund('re_4', 1)], disputes: [lost], transfers: [] };
  const told = [
    ['re_1', 'support'],
    ['re_2', 'refunded'],
  ];
  expect(reasons(ordered, next)).toEqual([...told, ['re_4', 'operator'], ['dp', 'dispute']]);
  const undelivered = { ...sale.order, status: 'cancelled' as const, reason: 'not_delivered' };
  expect(reasons({ ...first.charge, order: undelivered }, next)).toContainEqual(['re_4', 'not_delivered']);
});

test('When a dispute is first read after its end, then it was opened and lost when it was made', () => {
  const at = new Date('2026-10-01T12:00:00Z');
  const after = play(sale, [], [{ ...nothing, disputes: [{ ...dispute('lost'), at }] }]);
  expect(after.charge.dispute?.openedAt).toEqual(at);
  expect(after.charge.returned).toMatchObject([{ id: 'dp', at }]);
  const asked = play(sale, [], [{ ...nothing, disputes: [{ ...dispute('warning_needs_response'), at }] }]);
  expect(asked.charge.dispute).not.toHaveProperty('openedAt', expect.any(Date));
  const open = play(asked.charge, [], [{ ...nothing, disputes: [{ ...dispute('needs_response'), at }] }]);
  expect(open.charge.dispute?.openedAt).toEqual(now);
});

test('When a refund fails, or there are more than five, then others are told of the others, the last five at most', () => {
  const refunds = Array.from({ length: 7 }, (_, index) => refund(`re_${index}`, 100));
  const seen = { ...nothing, refunds };
  const after = play(sale, [], [seen, { ...seen, refunds: refunds.with(6, refund('re_6', 100, 'failed')) }]);
  expect(after.charge.returned?.map(({ id }) => id)).toEqual(['re_1', 're_2', 're_3', 're_4', 're_5']);
});

test('When a release without this list has recorded a refund, then nobody is told of it again', () => {
  const before = { ...sale, refunds: [{ id: 're_1', amount: 100, status: 'pending' as const }] };
  const known = play(before, [], [{ ...nothing, refunds: [refund('re_1', 100)] }]);
  expect(known.charge.returned).toEqual([]);
  const { closingDue: _, ...completed } = sale;
  const adopted: Charge = { ...completed, status: 'refunded', stripeId: 'pi', stripeRefundId: 're_1' };
  expect(play(adopted, [], [{ ...nothing, refunds: [refund('re_1', amount)] }]).charge.returned).toEqual([]);
});

const refundRead = fc.record({
  id: fc.constantFrom('re_1', 're_2', 're_3'),
  part: fc.integer({ min: 1, max: 600 }),
  status: fc.constantFrom('pending', 'succeeded', 'failed'),
});

test('When Stripe is read at any moments, in any number, then each cause is in the ledger once, and the ledger agrees with Stripe', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(refundRead, { selector: ({ id }) => id, maxLength: 3 }),
      fc.option(fc.constantFrom('needs_response', 'won', 'lost'), { nil: undefined }),
      fc.boolean(),
      fc.array(fc.nat({ max: 4 }), { maxLength: 6 }),
      (refunds, disputed, isSale, moments) => {
        const returned = refunds.reduce((sum, { part }) => sum + part, 0);
        const all: MoneyAtStripe = {
          refunds: refunds.map(({ id, part, status }) => refund(id, part, status)),
          disputes: disputed === undefined ? [] : [{ ...dispute(disputed), amount: amount - returned }],
          transfers: [],
        };
        // An earlier read shows fewer refunds, none of them failed yet, and an open dispute.
        const read = (count: number): MoneyAtStripe => ({
          refunds: all.refunds.slice(0, count).map((one) => ({ ...one, status: 'succeeded' })),
          disputes: count < 4 ? [] : all.disputes.map((one) => ({ ...one, status: 'needs_response' })),
          transfers: [],
        });
        const reads = [...moments.toSorted((a, b) => a - b).map(read), all, all];
        const [from, first] = isSale ? [sale, saleEntries] : [late, lateEntries];
        const after = play(from, first, reads);
        const ids = after.entries.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const entry of after.entries) expect(entry.lines.reduce((sum, line) => sum + line.amount, 0)).toBe(0);
        const held = balances(after.entries);
        const kept = all.refunds
          .filter(({ status }) => status !== 'failed')
          .reduce((sum, { amount: part }) => sum + part, 0);
        const away = disputed === 'lost' || disputed === 'needs_response' ? amount - returned : 0;
        expect(held['stripe'] ?? 0).toBe(amount - kept - away);
        expect(held['disputes'] ?? 0).toBe(disputed === 'needs_response' ? away : 0);
        const { owed = 0, left = 0, fee = 0 } = after.charge;
        expect(0 - (held['buyers'] ?? 0)).toBe(owed);
        expect(0 - (held['seller:s:held'] ?? 0)).toBe(proceedsOf({ left, fee }));
        expect(0 - (held['fees'] ?? 0)).toBe(fee);
        if (isSale) expect(fee).toBe(feeOf(left, 10));
      },
    ),
  );
});
