import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { examplePrice, formatMoney, priceProblem, toMajor, toMinor, toPlainText } from './amounts.ts';
import { currencyCodes, currencyOf, type Currency } from './currencies.ts';

const [usd, jpy, kwd, idr] = [currencyOf('usd'), currencyOf('jpy'), currencyOf('kwd'), currencyOf('idr')];

const currencies = fc.constantFrom(...currencyCodes.map(currencyOf));
const amounts = currencies.chain((currency) =>
  fc.record({ currency: fc.constant(currency), minor: fc.integer({ min: 0, max: currency.maximum }) }),
);

/** The amount with all its decimals, without arithmetic. */
const written = ({ decimals }: Currency, minor: number): string => {
  const digits = String(minor).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};

test('When a price has at most the decimals of its currency, then it is the exact number of minor units, and back', () => {
  fc.assert(
    fc.property(amounts, ({ currency, minor }) => {
      const major: unknown = JSON.parse(written(currency, minor));
      expect(toMajor(currency, minor)).toBe(major);
      expect(toMinor(currency, Number(major))).toBe(minor);
      expect(toPlainText(currency, minor)).toBe(written(currency, minor));
    }),
    { numRuns: 5_000 },
  );
});

test('When every price up to 500.00 is converted, then each is the exact number of minor units', () => {
  for (let minor = 1; minor <= 50_000; minor += 1) {
    const found = toMinor(usd, minor / 100);
    if (found !== minor) throw new Error(`${minor / 100} was converted to ${String(found)}`);
  }
});

test('When a price has a further decimal, then it is no amount of its currency', () => {
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 9 }), ({ currency, minor }, digit) => {
      const text = `${written(currency, minor)}${currency.decimals === 0 ? '.' : ''}${digit}`;
      expect(toMinor(currency, Number(text))).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  [usd, 19.99, 1999],
  [usd, 0.29, 29],
  [usd, 1.005, undefined],
  [usd, 1e-2, 1],
  [usd, 1e3, 100_000],
  [usd, 1e21, undefined],
  [usd, Number.NaN, undefined],
  [usd, Number.POSITIVE_INFINITY, undefined],
  [jpy, 1500, 1500],
  [jpy, 1500.5, undefined],
  [kwd, 1.005, 1005],
  [kwd, 8.1, 8100],
  [kwd, 1.0005, undefined],
  [idr, 9_999_999_999.99, 999_999_999_999],
] as const)('When the price in %j is %d, then its minor units are %p', (currency, major, minor) => {
  expect(toMinor(currency, major)).toBe(minor);
});

test.each([
  [usd, 0.49, 'must be at least 0.50'],
  [usd, 0.5, undefined],
  [usd, 19.999, 'must have at most two decimals'],
  [usd, 999_999.99, undefined],
  [usd, 1_000_000, 'must be at most 999999.99'],
  [usd, 1e300, 'must be at most 999999.99'],
  [jpy, 49, 'must be at least 50'],
  [jpy, 50, undefined],
  [jpy, 50.5, 'must be a whole number'],
  [jpy, 99_999_999, undefined],
  [kwd, 0.24, 'must be at least 0.250'],
  [kwd, 0.25, undefined],
  [kwd, 12.34, undefined],
  [kwd, 12.345, 'must be a multiple of 0.010'],
  [kwd, 12.3456, 'must have at most three decimals'],
  [idr, 1_500_000, undefined],
] as const)('When the price in %j is %d, then its problem is %p', (currency, major, problem) => {
  expect(priceProblem(currency, major)).toBe(problem);
});

test('When a currency is supported, then Intl knows it, its decimals are those of ISO 4217, and its bounds are valid prices', () => {
  const unusual = new Map([
    ['jpy', 0],
    ['krw', 0],
    ['kwd', 3],
  ]);
  for (const currency of currencyCodes.map(currencyOf)) {
    const { code, decimals, minimum, maximum, step } = currency;
    expect(Intl.supportedValuesOf('currency')).toContain(code.toUpperCase());
    expect([code, decimals]).toEqual([code, unusual.get(code) ?? 2]);
    const prices = [minimum, maximum - (maximum % step), Number(examplePrice(currency)) * 10 ** decimals];
    expect(prices.map((minor) => priceProblem(currency, toMajor(currency, Math.round(minor))))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  }
});

test.each([
  [usd, 1999, '$19.99'],
  [usd, 125_050, '$1,250.50'],
  [jpy, 1500, '¥1,500'],
  [kwd, 12_340, 'KWD\u00a012.340'],
  [currencyOf('eur'), 5, '€0.05'],
  [currencyOf('huf'), 17_500, 'HUF\u00a0175.00'],
] as const)('When the amount in %j is %d, then it is shown as %j', (currency, minor, text) => {
  expect(formatMoney(currency, minor)).toBe(text);
});

test.each(['USD', 'xyz', '', 'btc'])('When the currency is %j, then it is refused with the list', (code) => {
  expect(() => currencyOf(code)).toThrow('is none of usd, aed');
});
