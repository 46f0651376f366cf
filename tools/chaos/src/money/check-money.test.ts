import { expect, test } from '@jest/globals';
import {
  checkMoney,
  nothingAtStripe,
  type MoneySnapshot,
  type LedgerEntry,
  type MoneyAtStripe,
} from './check-money.ts';

const entry = (id: string, lines: Readonly<Record<string, number>>): LedgerEntry => ({
  id,
  orderId: 'o',
  lines: Object.entries(lines).map(([account, amount]) => ({ account, amount })),
});
const held = 'seller:s:held';
const charge = entry('charge:o', { stripe: 1000, [held]: -1000 });
const fee = entry('fee:o', { [held]: 100, fees: -100 });
const paid: MoneyAtStripe = { ...nothingAtStripe, charges: [{ id: 'ch', amount: 1000 }] };
const refund = { id: 're', amount: 1000, hasFailed: false, isOurs: true };

const snapshot = (
  changes: Partial<MoneySnapshot> & {
    readonly money?: MoneyAtStripe;
    readonly status?: string;
    readonly reason?: string;
  },
): MoneySnapshot => ({
  orders: [{ id: 'o', status: changes.status ?? 'complete', reason: changes.reason, price: 1000, sellerId: 's' }],
  charges: new Map([['o', { id: 'o', status: 'completed', isCompleted: true, waitingEntries: 0 }]]),
  ledger: [charge, fee],
  stripe: new Map([['o', changes.money ?? paid]]),
  paid: new Set(['o']),
  feePercent: 10,
  ...changes,
});

test('When everything agrees, then nothing is found', () => {
  expect(checkMoney(snapshot({}))).toEqual([]);
  const returned = [
    entry('refund:re', { stripe: -1000, [held]: 1000 }),
    entry('fee-back:re', { fees: 100, [held]: -100 }),
  ];
  const refunded = { ...paid, refunds: [refund] };
  expect(
    checkMoney(
      snapshot({ money: refunded, status: 'cancelled', reason: 'refunded', ledger: [charge, fee, ...returned] }),
    ),
  ).toEqual([]);
  const released = entry('release:o', { [held]: 900, 'seller:s:available': -900 });
  const transferred = entry('transfer:o', { 'seller:s:available': 900, stripe: -900 });
  const transfers = [{ id: 'tr', amount: 900, reversed: 0 }];
  expect(checkMoney(snapshot({ money: { ...paid, transfers }, ledger: [charge, fee, released, transferred] }))).toEqual(
    [],
  );
});

test('When a dispute is won in part, then what the bank keeps is returned', () => {
  const dispute = { id: 'dp', status: 'won', withdrawn: 400 };
  const ledger = [
    charge,
    fee,
    entry('dispute:dp:opened', { stripe: -1000, disputes: 1000 }),
    entry('dispute:dp:won', { stripe: 600, disputes: -600 }),
    entry('dispute:dp:lost', { disputes: -400, [held]: 360, fees: 40 }),
  ];
  expect(checkMoney(snapshot({ money: { ...paid, disputes: [dispute] }, ledger }))).toEqual([]);
});

test.each<[string, Parameters<typeof snapshot>[0], RegExp]>([
  [
    'the ledger misses what a bank has withdrawn',
    { money: { ...paid, disputes: [{ id: 'dp', status: 'warning_under_review', withdrawn: 300 }] } },
    /the ledger has 0 in disputes, and Stripe has 300/,
  ],
  [
    'an order is charged twice',
    { money: { ...paid, charges: [...paid.charges, { id: 'ch2', amount: 1000 }] } },
    /charged 2 times/,
  ],
  ['a complete order was not charged', { money: nothingAtStripe, ledger: [] }, /nothing was charged/],
  ['a cancelled order keeps its money', { status: 'cancelled', reason: 'expired' }, /1000 were kept/],
  ['a payment that was answered 201 is taken back', { status: 'cancelled', reason: 'expired' }, /answered 201/],
  ['the ledger misses the charge', { ledger: [] }, /the ledger has 0 at Stripe, and Stripe has 1000/],
  ['the ledger misses the fee', { ledger: [charge] }, /the fee is 0 instead of 100/],
  ['an entry is not balanced', { ledger: [charge, entry('fee:o', { [held]: 100, fees: -99 })] }, /off by 1/],
  [
    'a refund is not in the ledger',
    { money: { ...paid, refunds: [{ ...refund, amount: 1 }] } },
    /the ledger has 1000 at Stripe/,
  ],
  ['we refund twice', { money: { ...paid, refunds: [refund, { ...refund, id: 're2' }] } }, /more than once/],
  ['all money went back and the order stays', { money: { ...paid, refunds: [refund] } }, /all its money was returned/],
  [
    'a sale is transferred twice',
    { money: { ...paid, transfers: ['a', 'b'].map((id) => ({ id, amount: 450, reversed: 0 })) } },
    /transferred 2 times/,
  ],
  [
    'more is paid out than is left',
    { money: { ...paid, transfers: [{ id: 'tr', amount: 901, reversed: 0 }] } },
    /901 were paid out/,
  ],
  [
    'an entry is of another seller',
    { ledger: [entry('charge:o', { stripe: 1000, 'seller:x:held': -1000 }), fee] },
    /another seller/,
  ],
  ['Stripe has money of an unknown order', { orders: [] }, /no such order/],
])('When %s, then it is found', (_, changes, problem) => {
  expect(checkMoney(snapshot(changes)).join('\n')).toMatch(problem);
});
