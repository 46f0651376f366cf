import { commonEnv, decimalNumber, priceEnv, readEnv, siteEnv, url, wholeNumber } from '@ticketing/common/service';
import { z } from 'zod';

export const paymentsEnv = {
  ...commonEnv,
  ...siteEnv,
  ...priceEnv,
  PAYMENT_ATTEMPTS: wholeNumber({ min: 1, max: 20 })
    .prefault('3')
    .describe('Number of declined cards after which the payment of an order has failed'),
  SELLER_FEE_PERCENT: decimalNumber({ min: 0, max: 100, decimals: 2 })
    .prefault('10')
    .describe('Share of the price of a sold ticket that the marketplace keeps'),
  PAYOUT_DELAY_HOURS: decimalNumber({ min: 0, max: 8_760 })
    .prefault('24')
    .describe('From the start of an event until the proceeds of its tickets belong to their sellers'),
  STRIPE_KEY: z.string().describe("Stripe's secret key"),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .transform((text): readonly string[] => text.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => secret !== ''), 'must be secrets, separated by commas')
    .describe("Secrets that sign Stripe's webhooks, separated by commas: one for each endpoint"),
  STRIPE_HOST: url('http', 'https')
    .refine((text) => URL.canParse(text), 'must be an address such as http://127.0.0.1:4242')
    .optional()
    .describe("Address of another server with Stripe's API, such as the sandbox"),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(paymentsEnv, env);
