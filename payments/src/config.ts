import { commonEnv, priceEnv, readEnv, siteEnv, url, wholeNumber } from '@ticketing/common/service';
import { z } from 'zod';

export const paymentsEnv = {
  ...commonEnv,
  ...siteEnv,
  ...priceEnv,
  PAYMENT_ATTEMPTS: wholeNumber({ min: 1, max: 20 })
    .prefault('3')
    .describe('Number of declined cards after which the payment of an order has failed'),
  STRIPE_KEY: z.string().describe("Stripe's secret key"),
  STRIPE_WEBHOOK_SECRET: z.string().describe("Secret that signs Stripe's webhooks"),
  STRIPE_HOST: url('http', 'https')
    .refine((text) => URL.canParse(text), 'must be an address such as http://127.0.0.1:4242')
    .optional()
    .describe("Address of another server with Stripe's API, such as the sandbox"),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(paymentsEnv, env);
