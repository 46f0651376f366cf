import type { Currency } from './currencies.ts';

/** 1999 in usd → 19.99. */
export const toMajor = ({ decimals }: Currency, minor: number): number => minor / 10 ** decimals;

/**
 * 19.99 in usd → 1999; undefined if it has more decimals than the currency. The product is rounded, since floating-point
 * multiplication may miss the whole number (19.99 * 100 = 1998.9999999999998); the division, which is rounded
 * correctly, returns the same number only if that was all that rounding changed.
 */
export const toMinor = (currency: Currency, major: number): number | undefined => {
  const minor = Math.round(major * 10 ** currency.decimals);
  return Number.isSafeInteger(minor) && toMajor(currency, minor) === major ? minor : undefined;
};

/** 1950 in usd → `19.50`. */
export const toPlainText = (currency: Currency, minor: number): string =>
  toMajor(currency, minor).toFixed(currency.decimals);

/** A valid price, for hints and error messages. */
export const examplePrice = (currency: Currency): string => toPlainText(currency, 40 * currency.minimum);

const decimalsRule = ({ decimals }: Currency): string =>
  decimals === 0 ? 'must be a whole number' : `must have at most ${decimals === 2 ? 'two' : 'three'} decimals`;

/** Why nobody could be charged this price, in major units, to be read after "Price"; undefined if it is valid. */
export const priceProblem = (currency: Currency, major: number): string | undefined => {
  const { minimum, maximum, step } = currency;
  if (major > toMajor(currency, maximum)) return `must be at most ${toPlainText(currency, maximum)}`;
  const minor = toMinor(currency, major);
  if (minor === undefined) return decimalsRule(currency);
  if (minor < minimum) return `must be at least ${toPlainText(currency, minimum)}`;
  return minor % step === 0 ? undefined : `must be a multiple of ${toPlainText(currency, step)}`;
};

const formats = new Map<string, Intl.NumberFormat>();

const formatOf = ({ code, decimals }: Currency): Intl.NumberFormat => {
  const known = formats.get(code);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: code,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  formats.set(code, format);
  return format;
};

/** 19.99 in usd → `$19.99`: major units as the site and the mails, which are in English, show them. */
export const formatPrice = (currency: Currency, major: number): string => formatOf(currency).format(major);

/** The same for minor units: 1500 in jpy → `¥1,500`. */
export const formatMoney = (currency: Currency, minor: number): string =>
  formatPrice(currency, toMajor(currency, minor));
