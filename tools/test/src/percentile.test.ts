import { expect, test } from '@jest/globals';
import { percentile } from './percentile.ts';

test('When values are ranked, then the percentile is the value of the nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0, 0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 50, 95, 99, 100]);
  expect(percentile([7], 0.95)).toBe(7);
});

test('When there are no values, then there is no percentile', () => {
  expect(percentile([], 0.5)).toBeNaN();
});
