import { z } from 'zod';

const maxCents = 99_999_999;
/** Stripe's minimum for one charge in US dollars (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). */
const minCents = 50;

/** Cents → the JSON number in major units that HTTP shows: 1999 → 19.99. */
export const toDollars = (cents: number): number => cents / 100;

/**
 * A price in a request: a JSON number in major units, above 0, with at most two decimals and at most 999,999.99 (Stripe's
 * maximum for one charge, https://docs.stripe.com/currencies). Parsed into integer cents and rounded, since
 * floating-point multiplication returns fractions of a cent (19.99 * 100 = 1998.9999999999998).
 */
export const dollars = z
  .number('Price must be a number')
  .positive('Price must be greater than 0')
  .refine((value) => Math.round(value * 100) / 100 === value, 'Price must have at most two decimals')
  .transform((value) => Math.round(value * 100))
  .refine((cents) => cents <= maxCents, 'Price must be at most 999999.99')
  .meta({ maximum: toDollars(maxCents), description: 'Major units, at most two decimals' });

/** A price that can be paid: at least 0.50. */
export const payableDollars = dollars
  .refine((cents) => cents >= minCents, 'Price must be at least 0.50')
  .meta({
    minimum: toDollars(minCents),
    maximum: toDollars(maxCents),
    description: 'Major units, at most two decimals',
  });
