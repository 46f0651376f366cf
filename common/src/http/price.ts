import { z } from 'zod';
import { priceProblem, toMinor, type Currency } from '../money/index.ts';

/** A price in a request that somebody can be charged: a JSON number in major units, parsed into integer minor units. */
export const payablePrice = (currency: Currency) =>
  z
    .number('Price must be a number')
    .positive('Price must be greater than 0')
    .transform((major, context) => {
      const problem = priceProblem(currency, major);
      if (problem !== undefined) context.addIssue(`Price ${problem}`);
      return toMinor(currency, major) ?? z.NEVER;
    })
    .meta({ description: 'Major units, with at most as many decimals as the currency has' });

/** A price in a request with which others are compared: it may be below the minimum. */
export const price = (currency: Currency) => payablePrice({ ...currency, minimum: 1 });
