/** A currency in which tickets can be priced and paid. Amounts are in its minor units, such as cents. */
export interface Currency {
  /** ISO 4217, in lower case as at Stripe. */
  readonly code: string;
  /** ISO 4217: digits after the decimal point of a major unit. */
  readonly decimals: number;
  /** Smallest and largest charge. */
  readonly minimum: number;
  readonly maximum: number;
  /** Every price is a multiple of it. */
  readonly step: number;
}

/** Eight digits: Stripe's maximum where it documents no other. */
const usualMaximum = 99_999_999;

const currency = (
  code: string,
  minimum: number,
  { decimals = 2, maximum = usualMaximum, step = 1 }: Partial<Omit<Currency, 'code' | 'minimum'>> = {},
): Currency => ({ code, decimals, minimum, maximum, step });

/**
 * The currencies for which Stripe documents a minimum charge, and kwd. Minimum, maximum (of other payment methods than cards,
 * which have the lowest) and step are Stripe's: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts and
 * #three-decimal, as of November 2026.
 */
const supported: readonly Currency[] = [
  currency('usd', 50),
  currency('aed', 200),
  currency('ars', 50),
  currency('aud', 50),
  currency('brl', 50),
  currency('cad', 50),
  currency('chf', 50),
  currency('cop', 50, { maximum: 9_999_999_999 }),
  currency('czk', 1_500),
  currency('dkk', 250),
  currency('eur', 50),
  currency('gbp', 30),
  currency('hkd', 400),
  currency('huf', 17_500),
  currency('idr', 50, { maximum: 999_999_999_999 }),
  currency('ils', 50),
  currency('inr', 50, { maximum: 999_999_999 }),
  currency('jpy', 50, { decimals: 0 }),
  currency('krw', 50, { decimals: 0 }),
  // Stripe documents no minimum: after conversion the amount must be the minimum of the account's own currency, which is worth
  // less than this in every currency above. In three-decimal currencies Stripe takes amounts that end in 0 only.
  currency('kwd', 250, { decimals: 3, step: 10 }),
  currency('mxn', 1_000),
  currency('myr', 200),
  currency('nok', 300),
  currency('nzd', 50),
  currency('php', 50),
  currency('pln', 200),
  currency('ron', 200),
  currency('rub', 50),
  currency('sek', 300),
  currency('sgd', 50),
  currency('thb', 1_000),
  currency('zar', 50),
];

const byCode = new Map(supported.map((entry) => [entry.code, entry]));

export const currencyCodes: readonly string[] = supported.map(({ code }) => code);

/** @throws RangeError for a code that is not supported. */
export const currencyOf = (code: string): Currency => {
  const found = byCode.get(code);
  if (found === undefined) throw new RangeError(`${code} is none of ${currencyCodes.join(', ')}`);
  return found;
};
