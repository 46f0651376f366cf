import { expect, test } from '@jest/globals';
import { formatCents, formatPrice, parsePrice } from './money.ts';

test.each([
  [19.99, '$19.99'],
  [20, '$20.00'],
  [1250.5, '$1,250.50'],
])('When the price is %d, then it is formatted as %s', (price, text) => {
  expect(formatPrice(price)).toBe(text);
});

test('When an amount is in cents, then it is formatted in dollars', () => {
  expect(formatCents(1999)).toBe('$19.99');
});

test.each([
  ['19.99', 19.99],
  [' 20 ', 20],
  ['$1,250.50', 1250.5],
  ['0.07', 0.07],
])('When %j is typed, then the price is %d', (typed, price) => {
  expect(parsePrice(typed)).toBe(price);
});

test.each(['', 'free', '-3', '1e3', '19.999', '19,99', '1,25', '0x10', 'Infinity'])(
  'When %j is typed, then it is not a price',
  (typed) => {
    expect(parsePrice(typed)).toBeUndefined();
  },
);
