import { commonEnv, decimalNumber, priceEnv, readEnv, siteEnv } from '@ticketing/common/service';
import { z } from 'zod';

export const ticketsEnv = {
  ...commonEnv,
  ...siteEnv,
  ...priceEnv,
  CODE_KEY: z
    .string()
    .refine((key) => Buffer.byteLength(key) >= 32, 'must have at least 32 bytes')
    .describe('Key of the hashes of admission codes; never replaced, or known codes are not recognised any more'),
  DELIVERY_MIN_MINUTES: decimalNumber({ min: 0, max: 525_600 })
    .prefault('15')
    .describe('What the seller of a sold ticket has at least to deliver it'),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ticketsEnv, env);
