import { expect, test } from '@jest/globals';
import { currencyOf } from '../money/index.ts';
import { payablePrice, price } from './price.ts';

const usd = currencyOf('usd');

test.each([0, -0, -0.01, 0.001, 1_000_000, 1e21, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined, [1], {}])(
  'When the price is %p, then it is refused',
  (given) => {
    expect(price(usd).safeParse(given).success).toBe(false);
  },
);

test('When a price is valid, then it is parsed into minor units, below the minimum only to be compared', () => {
  expect([price(usd).parse(0.01), payablePrice(usd).parse(999_999.99)]).toEqual([1, 99_999_999]);
  expect(payablePrice(usd).safeParse(0.49).error?.issues).toMatchObject([{ message: 'Price must be at least 0.50' }]);
});
