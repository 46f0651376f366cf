import { expect, test } from '@jest/globals';
import { feeOf } from './fee.ts';

test.each([
  [1005, 10, 101],
  [1004, 10, 100],
  [1999, 12.5, 250],
  [1999, 0, 0],
  [50, 2.9, 1],
  [52, 2.9, 2],
  [1999, 100, 1999],
])('When the fee of %i is %d %%, then it is %i, rounded half up', (price, percent, fee) => {
  expect(feeOf(price, percent)).toBe(fee);
});
