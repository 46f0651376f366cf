import { expect, test } from '@jest/globals';
import { currencyOf } from '@ticketing/common/money';
import { amountLabel, parsePrice, priceLabel, proceedsLabel } from './money.ts';

test.each([
  [19.99, 'usd', '$19.99'],
  [20, 'usd', '$20.00'],
  [1250.5, 'usd', '$1,250.50'],
  [1500, 'jpy', '¥1,500'],
  [12.34, 'kwd', 'KWD\u00a012.340'],
])('When the price is %d in %s, then it is shown as %s', (price, currency, text) => {
  expect(priceLabel({ price, currency })).toBe(text);
});

test('When an amount is in minor units, then it is shown with the decimals of its currency', () => {
  expect(amountLabel({ amount: 1999, currency: 'usd' })).toBe('$19.99');
  expect(amountLabel({ amount: 1999, currency: 'jpy' })).toBe('¥1,999');
});

test.each([
  ['19.99', 'usd', 19.99],
  [' 20 ', 'usd', 20],
  ['$1,250.50', 'usd', 1250.5],
  ['0.07', 'usd', 0.07],
  ['¥1,500', 'jpy', 1500],
  ['KWD 12.340', 'kwd', 12.34],
  ['€ 5', 'eur', 5],
])('When %j is typed in %s, then the price is %d', (typed, currency, price) => {
  expect(parsePrice(typed, currencyOf(currency))).toBe(price);
});

test.each(['', 'free', '-3', '1e3', '19.999', '19,99', '1,25', '0x10', 'Infinity', '5.', '.5', '1.5.5', '¥20'])(
  'When %j is typed in usd, then it is not a price',
  (typed) => {
    expect(parsePrice(typed, currencyOf('usd'))).toBeUndefined();
  },
);

test.each([
  ['19.99', 'jpy'],
  ['$20', 'jpy'],
  ['1.2345', 'kwd'],
])('When %j is typed in %s, then it is not a price', (typed, currency) => {
  expect(parsePrice(typed, currencyOf(currency))).toBeUndefined();
});

test.each([
  ['19.99', 'usd', 10, 'You get $17.99, after our fee of $2.00 (10%).'],
  ['10.05', 'usd', 10, 'You get $9.04, after our fee of $1.01 (10%).'],
  ['1,500', 'jpy', 12.5, 'You get ¥1,312, after our fee of ¥188 (12.5%).'],
  ['20', 'usd', 0, 'You get $20.00.'],
  ['', 'usd', 10, 'You get the price less our fee of 10%.'],
  ['0.10', 'usd', 10, 'You get the price less our fee of 10%.'],
  ['cheap', 'usd', 0, 'You get the whole price.'],
])('When %j is typed as a price in %s and the fee is %d %%, then the seller reads %j', (typed, code, percent, text) => {
  expect(proceedsLabel(typed, currencyOf(code), percent)).toBe(text);
});
