import { commonEnv, decimalNumber, priceEnv, readEnv, siteEnv } from '@ticketing/common/service';

export const ticketsEnv = {
  ...commonEnv,
  ...siteEnv,
  ...priceEnv,
  DELIVERY_MIN_MINUTES: decimalNumber({ min: 0, max: 525_600, decimals: 6 })
    .prefault('15')
    .describe('What the seller of a sold ticket has at least to deliver it'),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ticketsEnv, env);
