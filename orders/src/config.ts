import { commonEnv, readEnv, siteEnv, wholeNumber } from '@ticketing/common/service';

export const ordersEnv = {
  ...commonEnv,
  ...siteEnv,
  EXPIRATION_WINDOW_SECONDS: wholeNumber({ min: 1, max: 86_400 })
    .prefault('900')
    .describe('How long an order holds its ticket'),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ordersEnv, env);
