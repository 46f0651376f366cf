import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { dollars, toDollars } from './money.ts';

const cents = fc.integer({ min: 1, max: 99_999_999 });

test('When a price has at most two decimals, then it is the exact number of cents, and back', () => {
  fc.assert(
    fc.property(cents, (amount) => {
      const written = `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
      const price: unknown = JSON.parse(written);
      expect(dollars.parse(price)).toBe(amount);
      expect(toDollars(amount)).toBe(price);
      expect(Number(toDollars(amount).toFixed(2))).toBe(toDollars(amount));
    }),
    { numRuns: 2_000 },
  );
});

test('When every price up to 500.00 is parsed, then each is the exact number of cents', () => {
  for (let amount = 1; amount <= 50_000; amount += 1) {
    const parsed = dollars.safeParse(amount / 100);
    if (parsed.data !== amount) throw new Error(`${amount / 100} was parsed as ${String(parsed.data)}`);
  }
});

test('When a price has a third decimal, then it is refused', () => {
  fc.assert(
    fc.property(cents, fc.integer({ min: 1, max: 9 }), (amount, thousandths) => {
      const written = `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, '0')}${thousandths}`;
      expect(dollars.safeParse(Number(written)).success).toBe(false);
    }),
  );
});

test.each([0, -0, -0.01, 0.001, 1_000_000, 1e21, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined, [1], {}])(
  'When the price is %p, then it is refused',
  (price) => {
    expect(dollars.safeParse(price).success).toBe(false);
  },
);

test('When the price is the minimum or the maximum, then it is accepted', () => {
  expect([dollars.parse(0.01), dollars.parse(999_999.99)]).toEqual([1, 99_999_999]);
});
