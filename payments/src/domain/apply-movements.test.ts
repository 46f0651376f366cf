import { expect, test } from '@jest/globals';
import { feeOf } from '@ticketing/common/money';
import * as fc from 'fast-check';
import { applyMovements, type MoneyAtStripe } from './apply-movements.ts';
import { isUndecided } from './dispute.ts';
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
const moved = (...amounts: readonly number[]) => amounts.map((one, index) => ({ id: `txn_${index}`, amount: one }));
/** With what Stripe ordinarily moves by then. */
const dispute = (status: string, movements = moved(...ordinary(status))) => ({
  id: 'dp',
  amount,
  status,
  reason: 'fraudulent',
  at: now,
  movements,
});
const ordinary = (status: string): readonly number[] => {
  if (status.startsWith('warning_')) return [];
  return status === 'won' ? [-amount, amount] : [-amount];
};
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
  const lost = dispute('lost', moved(-50));
  const first = play(
    sale,
    [],
    [{ ...nothing, refunds: withoutFailed, disputes: [dispute('needs_response', moved(-50))] }],
  );
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
  const later = new Date(now.getTime() + 1);
  const lost = applyMovements(open.charge, { ...nothing, disputes: [{ ...dispute('lost'), at }] }, later);
  expect(lost?.set.dispute?.openedAt).toEqual(now);
  expect(lost?.set.returned).toMatchObject([{ id: 'dp', at: later }]);
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

const play1 = (...disputes: readonly ReturnType<typeof dispute>[]) =>
  play(
    sale,
    saleEntries,
    disputes.map((one) => ({ ...nothing, disputes: [one] })),
  );

test('When a dispute is over the whole price after a refund in part, then what exceeds the sale is our loss', () => {
  const refunds = [refund('re', 999)];
  const open = play(sale, saleEntries, [
    { ...nothing, refunds },
    { ...nothing, refunds, disputes: [dispute('needs_response')] },
  ]);
  expect(balances(open.entries)).toMatchObject({ stripe: -999, disputes: amount });
  const lost = play(open.charge, open.entries, [{ ...nothing, refunds, disputes: [dispute('lost')] }]);
  expect(balances(lost.entries)).toEqual({ stripe: -999, disputes: 0, losses: 999, 'seller:s:held': 0, fees: 0 });
  expect(lost.charge).toMatchObject({ left: 0, fee: 0, owed: 0, losses: 999 });
  expect(lost.isReturned).toBe(true);
  const appealed = play(lost.charge, lost.entries, [
    { ...nothing, refunds, disputes: [dispute('won', moved(-amount, amount))] },
  ]);
  expect(balances(appealed.entries)).toEqual({
    stripe: 1000,
    disputes: 0,
    losses: 0,
    'seller:s:held': -900,
    fees: -100,
  });
  expect(appealed.charge).toMatchObject({ left: 1000, fee: 100, owed: 0, losses: 0, returned: [{ id: 're' }] });
  expect(appealed.isReturned).toBe(false);
});

test('When a refund comes back after a dispute has taken the whole price, then it is no debt to the buyer', () => {
  const refunds = [refund('re', 999)];
  const failed = [refund('re', 999, 'failed')];
  const disputes = [dispute('lost')];
  const after = play(sale, saleEntries, [
    { ...nothing, refunds, disputes },
    { ...nothing, refunds: failed, disputes },
  ]);
  expect(after.charge).toMatchObject({ left: 0, owed: 0, losses: 0 });
  // An appeal that is won makes it one.
  const appealed = play(after.charge, after.entries, [
    { ...nothing, refunds: failed, disputes: [dispute('won', moved(-amount, amount))] },
  ]);
  expect(appealed.charge).toMatchObject({ left: 1000, owed: 999, losses: 0 });
  expect(balances(appealed.entries)).toMatchObject({ stripe: amount, buyers: -999, losses: 0 });
});

test('When a dispute is won in part, then what the bank keeps is lost, but only once some has come back', () => {
  const open = play1(dispute('needs_response'));
  const won = play(open.charge, open.entries, [{ ...nothing, disputes: [dispute('won', moved(-amount))] }]);
  expect(won.charge).toMatchObject({ left: amount, fee: 200 });
  expect(balances(won.entries)).toMatchObject({ stripe: 0, disputes: amount });
  const inPart = play(won.charge, won.entries, [{ ...nothing, disputes: [dispute('won', moved(-amount, 500))] }]);
  expect(inPart.charge).toMatchObject({
    left: 500,
    fee: 50,
    returned: [{ id: 'dp', amount: 1499, reason: 'dispute' }],
  });
  expect(balances(inPart.entries)).toEqual({ stripe: 500, disputes: 0, 'seller:s:held': -450, fees: -50 });
  expect(inPart.isReturned).toBe(false);
});

test('When an appeal reverses a lost dispute, then each change of the decision is an entry of its own', () => {
  const steps = [
    dispute('lost'),
    dispute('lost', moved(-amount, amount)),
    dispute('lost', moved(-amount, amount, -500)),
    dispute('won', moved(-amount, amount, -500, 500)),
  ];
  const after = play1(...steps, ...steps.slice(-1));
  expect(after.entries.slice(2).map(({ id }) => id)).toEqual([
    'dispute:dp:opened',
    'dispute:dp:lost',
    'dispute:dp:won',
    'dispute:dp:lost:2',
    'dispute:dp:txn_2',
    'dispute:dp:lost:3',
    'dispute:dp:txn_3',
    'dispute:dp:lost:4',
  ]);
  expect(after.charge).toMatchObject({ left: amount, fee: 200 });
  expect(after.charge.disputes?.[0]?.lostAt).toBeUndefined();
});

test('When money is withdrawn while a bank only asks, then it is undecided until that ends', () => {
  const asked = play1(dispute('warning_needs_response'), dispute('warning_needs_response', moved(-amount)));
  expect(lines(asked.entries.slice(2))).toEqual({ 'dispute:dp:opened': { stripe: -amount, disputes: amount } });
  const [open] = asked.charge.disputes ?? [];
  expect(open).toMatchObject({ openedAt: now });
  expect(open !== undefined && isUndecided(open)).toBe(true);
  const closed = play(
    asked.charge,
    [],
    [{ ...nothing, disputes: [dispute('warning_closed', moved(-amount, amount))] }],
  );
  expect(closed.charge.disputes?.some(isUndecided)).toBe(false);
  expect(closed.charge).toMatchObject({ left: amount });
});

test.each([
  ['needs_response', 'lost', { stripe: 0, disputes: 0, 'seller:s:held': 0, fees: 0 }],
  ['needs_response', 'won', { stripe: amount, disputes: 0, 'seller:s:held': -1799, fees: -200 }],
  ['won', 'won', { stripe: amount, disputes: 0, 'seller:s:held': -1799, fees: -200 }],
  ['lost', 'lost', { stripe: 0, disputes: 0, 'seller:s:held': 0, fees: 0 }],
  ['lost', 'won', { stripe: amount, disputes: 0, 'seller:s:held': -1799, fees: -200 }],
])(
  'When a release that booked by status has recorded a dispute that is %s, then nothing is booked twice once it is %s',
  (was, is, end) => {
    const ofRelease = { id: 'dp', at: now };
    const opened = entries.disputeMoved({ ...ofRelease, cause: 'opened', amount: -amount });
    const won = entries.disputeMoved({ ...ofRelease, cause: 'won', amount });
    const all = { owed: 0, left: amount, losses: 0, feeBack: 200 };
    const lost = entries.disputeDecided(sale, { ...ofRelease, cause: 'lost', ...all });
    const before = [...saleEntries, ...opened, ...(was === 'won' ? won : was === 'lost' ? lost : [])];
    const { movements: _, at: __, ...stored } = dispute(was);
    const rest = was === 'lost' ? { left: 0, fee: 0 } : {};
    const after = play({ ...sale, ...rest, disputes: [{ ...stored, openedAt: now, lostAt: undefined }] }, before, [
      { ...nothing, disputes: [dispute(is)] },
      { ...nothing, disputes: [dispute(is)] },
    ]);
    expect(balances(after.entries)).toEqual(end);
    expect(new Set(after.entries.map(({ id }) => id)).size).toBe(after.entries.length);
    expect(after.charge.disputes?.[0]).toMatchObject({ openedAt: now, movements: dispute(is).movements });
    // Buyers get no second mail about a loss whose time is unknown.
    if (was === 'lost') expect(after.charge.returned).toEqual([]);
  },
);

test('When such a release has booked another amount than Stripe has moved, then the difference is booked', () => {
  const opened = entries.disputeMoved({ id: 'dp', cause: 'opened', at: now, amount: -amount });
  const { movements: _, at: __, ...stored } = dispute('needs_response');
  const after = play(
    { ...sale, disputes: [stored] },
    [...saleEntries, ...opened],
    [
      { ...nothing, disputes: [dispute('needs_response', moved(-500))] },
      { ...nothing, disputes: [dispute('won', moved(-500, 500))] },
    ],
  );
  expect(balances(after.entries)).toEqual({ stripe: amount, disputes: 0, 'seller:s:held': -1799, fees: -200 });
});

/** What Stripe shows after each step: a refund is made, or the oldest of those that are yet to fail fails. */
const playRefunds = (steps: readonly number[]): MoneyAtStripe[] => {
  const refunds: MoneyAtStripe['refunds'][number][] = [];
  return steps.map((part, index) => {
    const at = new Date(now.getTime() + index * 1000);
    const failing = part === 0 ? refunds.findIndex(({ status }) => status !== 'failed') : -1;
    const failed = refunds[failing];
    if (failed !== undefined) refunds[failing] = { ...failed, status: 'failed', failedAt: at };
    else if (part > 0) refunds.push({ ...refund(`re_${index}`, part), at });
    return { ...nothing, refunds: [...refunds] };
  });
};

test('When refunds are first read after the oldest has failed, then as much is owed as if each step had been read', () => {
  // Two parts of the price, of which the first fails; and the same part again after its failure.
  expect(play(sale, [], playRefunds([1000, 999, 0]).slice(-1)).charge).toMatchObject({ left: 0, owed: 1000 });
  expect(play(sale, [], playRefunds([500, 0, 500]).slice(-1)).charge).toMatchObject({ left: 1499, owed: 0 });
  // Stripe does not say when it failed.
  const unknown = { ...nothing, refunds: [refund('re_1', 1000, 'failed'), refund('re_2', 999)] };
  expect(play(sale, [], [unknown]).charge).toMatchObject({ left: 0, owed: 1000 });
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 600 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat({ max: 5 }), { maxLength: 3 }),
      fc.boolean(),
      (steps, moments, isSale) => {
        const shown = playRefunds(steps);
        const reads = moments.toSorted((a, b) => a - b).flatMap((at) => shown[at] ?? []);
        const [from, first] = isSale ? [sale, saleEntries] : [late, lateEntries];
        const moneyOf = ({ charge: { left = 0, owed, losses = 0 } }: ReturnType<typeof play>) => ({
          left,
          owed,
          losses,
        });
        const all = moneyOf(play(from, first, shown));
        expect(moneyOf(play(from, first, [...reads, ...shown.slice(-1)]))).toEqual(all);
      },
    ),
  );
});

const refundRead = fc.record({
  id: fc.constantFrom('re_1', 're_2', 're_3'),
  part: fc.integer({ min: 1, max: 600 }),
  status: fc.constantFrom('pending', 'succeeded', 'failed'),
});
/** What a bank does, one after the other: statuses in any order, and money that moves with them or without. */
const bankSteps = fc.array(
  fc.record({
    status: fc.constantFrom(
      'warning_needs_response',
      'warning_closed',
      'needs_response',
      'under_review',
      'won',
      'lost',
    ),
    moves: fc.constantFrom('nothing', 'withdraws', 'reinstates a part', 'reinstates all'),
    part: fc.integer({ min: 1, max: amount }),
  }),
  { minLength: 1, maxLength: 6 },
);

test('When Stripe is read at any moments, in any number, then each cause is in the ledger once, and the ledger agrees with Stripe', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(refundRead, { selector: ({ id }) => id, maxLength: 3 }),
      bankSteps,
      fc.boolean(),
      fc.array(fc.nat({ max: 8 }), { maxLength: 8 }),
      (refunds, steps, isSale, moments) => {
        // What Stripe shows after each step: refunds come, some fail after all of the bank's steps.
        const movements: { id: string; amount: number }[] = [];
        const shown = steps.map(({ status, moves, part }, index): MoneyAtStripe => {
          const kept = 0 - movements.reduce((sum, one) => sum + one.amount, 0);
          const by = {
            nothing: 0,
            withdraws: -part,
            'reinstates a part': Math.min(part, kept),
            'reinstates all': kept,
          };
          if (by[moves] !== 0) movements.push({ id: `txn_${index}`, amount: by[moves] });
          return {
            refunds: refunds.slice(0, index).map(({ id, part: its }) => refund(id, its)),
            disputes: [dispute(status, [...movements])],
            transfers: [],
          };
        });
        const last: MoneyAtStripe = {
          ...(shown.at(-1) ?? nothing),
          refunds: refunds.map(({ id, part, status }) => refund(id, part, status)),
        };
        const reads = [...moments.toSorted((a, b) => a - b).flatMap((at) => shown[at] ?? []), last, last];
        const [from, first] = isSale ? [sale, saleEntries] : [late, lateEntries];
        const after = play(from, first, reads);
        const ids = after.entries.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const entry of after.entries) expect(entry.lines.reduce((sum, line) => sum + line.amount, 0)).toBe(0);
        const held = balances(after.entries);
        const returned = last.refunds
          .filter(({ status }) => status !== 'failed')
          .reduce((sum, one) => sum + one.amount, 0);
        const withdrawn = 0 - movements.reduce((sum, one) => sum + one.amount, 0);
        const { owed = 0, left = 0, fee = 0, losses = 0, disputes: [decided] = [] } = after.charge;
        expect(held['stripe'] ?? 0).toBe(amount - returned - withdrawn);
        expect(held['disputes'] ?? 0).toBe(withdrawn - (decided?.taken?.amount ?? 0));
        if (decided?.status === 'lost') expect(held['disputes'] ?? 0).toBe(0);
        expect(0 - (held['buyers'] ?? 0)).toBe(owed);
        expect(0 - (held['seller:s:held'] ?? 0)).toBe(proceedsOf({ left, fee }));
        expect(0 - (held['fees'] ?? 0)).toBe(fee);
        expect(held['losses'] ?? 0).toBe(losses);
        for (const part of [owed, left, losses]) expect(part).toBeGreaterThanOrEqual(0);
        // Nobody is owed anything, and nothing is left of a sale, while we have lost money on it.
        if (losses > 0) expect({ owed, left }).toEqual({ owed: 0, left: 0 });
        if (isSale) expect(fee).toBe(feeOf(left, 10));
      },
    ),
  );
});
