import { commonEnv, decimalNumber, priceEnv, readEnv, siteEnv, wholeNumber } from '@ticketing/common/service';

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
  DELIVERY_HOURS: decimalNumber({ min: 0, max: 8_760 })
    .prefault('48')
    .describe('From the sale until the ticket must be delivered; an hour before the event at the latest'),
  DELIVERY_MIN_MINUTES: decimalNumber({ min: 0, max: 525_600 })
    .prefault('15')
    .describe('What the seller of a sold ticket has at least to deliver it'),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ordersEnv, env);
