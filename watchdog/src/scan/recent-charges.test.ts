import { expect, test } from '@jest/globals';
import type { ChargeRecord } from '../sources/stripe.ts';
import { RecentCharges } from './recent-charges.ts';

const begin = 1_900_000_000;
const orderOf = (second: number) => `order ${second}`;

/** A charge in each second from `begin` on; `pass` makes more. */
const setUp = () => {
  let count = 0;
  const limits = new Set<number>();
  const chargeAt = (second: number): ChargeRecord => ({
    id: `charge ${second}`,
    orderId: orderOf(second),
    intentId: undefined,
    amount: 1_000,
    currency: 'usd',
    refunded: 0,
    created: begin + second,
  });
  const recent = new RecentCharges(
    {
      charges: async (since = 0, limit = Infinity) => {
        limits.add(limit);
        return Array.from({ length: count }, (_, second) => chargeAt(second))
          .filter(({ created }) => created >= since)
          .toReversed()
          .slice(0, limit);
      },
      refunds: async () => [],
    },
    begin * 1000,
  );
  return {
    limits,
    pass: (seconds: number) => {
      count += seconds;
      return recent.advance();
    },
    has: (second: number) => recent.chargesOf([orderOf(second)]).length === 1,
    covers: (second: number) => recent.covers((begin + second) * 1000),
  };
};

test('When there are more charges than are kept, then the oldest are dropped and their orders are no longer covered', async () => {
  const { pass, has, covers } = setUp();
  await pass(15_000);
  expect([has(0), covers(61)]).toEqual([true, true]);
  await pass(15_000);
  expect([has(9_999), has(10_000), has(29_999)]).toEqual([false, true, true]);
  expect([covers(10_000), covers(10_061)]).toEqual([false, true]);
});

test('When more charges were made since the last read than one read returns, then those before it are not covered', async () => {
  const { limits, pass, has, covers } = setUp();
  await pass(10);
  await pass(25_000);
  expect([has(5_009), has(5_010), has(25_009)]).toEqual([false, true, true]);
  expect([covers(5_010), covers(5_071)]).toEqual([false, true]);
  expect([...limits]).toEqual([20_000]);
});
