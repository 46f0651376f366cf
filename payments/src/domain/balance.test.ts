import { expect, test } from '@jest/globals';
import { addSale, emptyBalance } from './balance.ts';

const at = (day: number): Date => new Date(Date.UTC(2026, 0, day));
const order = {};
const sale = { order, left: 1999, fee: 200 };
const transfer = { id: 'tr_1', amount: 1799, reversed: 0 };
const disputes = [{ status: 'needs_response' }];

test.each([
  ['a sale before its time', { ...sale, availableAt: at(2) }, { held: 1799, nextRelease: { at: at(2), amount: 1799 } }],
  ['a released sale', { ...sale, availableAt: at(2), releasedAt: at(2) }, { available: 1799 }],
  ['a claimed transfer', { ...sale, releasedAt: at(2), transfer: { amount: 1799, reversed: 0 } }, { available: 1799 }],
  ['a transferred sale', { ...sale, releasedAt: at(2), transfer }, { paidOut: 1799 }],
  ['a disputed sale', { ...sale, availableAt: at(2), disputes }, { held: 1799 }],
  ['a released one', { ...sale, releasedAt: at(2), disputes }, { held: 1799 }],
  ['a transferred one', { ...sale, releasedAt: at(2), transfer, disputes }, { paidOut: 1799 }],
  ['a refunded sale', { order, left: 0, fee: 0, availableAt: at(2) }, {}],
  ['one refunded in part', { order, left: 1000, fee: 100, releasedAt: at(2) }, { available: 900 }],
  [
    'one refunded after its transfer',
    { order, left: 0, fee: 0, releasedAt: at(2), transfer },
    { available: -1799, paidOut: 1799 },
  ],
  ['one taken back', { order, left: 0, fee: 0, releasedAt: at(2), transfer: { ...transfer, reversed: 1799 } }, {}],
])('When a seller has %s, then the balance counts it once', (_what, one, expected) => {
  expect(addSale(emptyBalance, one)).toEqual({ ...emptyBalance, ...expected });
});

test('When several sales are released at one time, then the next release is all of them, whatever their order', () => {
  const sales = [3, 2, 2, 4].map((day) => ({ ...sale, availableAt: at(day) }));
  for (const list of [sales, sales.toReversed()]) {
    expect(list.reduce(addSale, emptyBalance).nextRelease).toEqual({ at: at(2), amount: 2 * 1799 });
  }
});
