import { commonEnv, priceEnv, readEnv, siteEnv, wholeNumber } from '@ticketing/common/service';

export const ordersEnv = {
  ...commonEnv,
  ...siteEnv,
  ...priceEnv,
  EXPIRATION_WINDOW_SECONDS: wholeNumber({ min: 1, max: 86_400 })
    .prefault('900')
    .describe('How long an order holds its ticket'),
  MAX_LIVE_HOLDS: wholeNumber({ min: 1, max: 10_000 })
    .prefault('6')
    .describe('Number of unpaid orders that an account may have at once'),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ordersEnv, env);
