import { commonEnv, ConfigError, readEnv, url, wholeNumber } from '@ticketing/common/service';
import { z } from 'zod';
import { eventTypes, type EventType } from './events.ts';

const isEventType = (text: string): text is EventType => eventTypes.some((type) => type === text);

/** Those that a marketplace with card payments listens to. */
const marketplaceEvents: readonly EventType[] = [
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.requires_action',
  'charge.refunded',
  'charge.refund.updated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_reinstated',
  'transfer.created',
  'transfer.reversed',
  'account.updated',
];

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((value) => value === 'true');

/** Every setting; a test compares the README's table with it. */
export const sandboxEnv = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: wholeNumber({ min: 0, max: 65_535 }).prefault('4242').describe('Port to listen on; 0 takes a free one'),
  DATA_DIR: z.string().describe('Directory of the stored objects, created if missing; one process at a time'),
  STRIPE_KEY: z
    .string()
    .startsWith('sk_test_', 'must begin with sk_test_')
    .optional()
    .describe('The only secret key that is accepted; without it any key is accepted, and none is needed'),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .min(8, 'must have at least 8 characters')
    .optional()
    .describe('Secret that signs the webhooks'),
  WEBHOOK_URL: url('http', 'https').optional().describe('Receives the webhooks; without it none are sent'),
  WEBHOOK_EVENTS: z
    .string()
    .default(marketplaceEvents.join())
    .transform((text) => text.split(',').map((type) => type.trim()))
    .refine((types) => types.every(isEventType), `must be a comma-separated list of ${eventTypes.join(', ')}`)
    .transform((types) => types.filter(isEventType))
    .describe('Event types that are sent'),
  SANDBOX_URL: url('http', 'https')
    .optional()
    .describe('Its address in browsers, for the bank page; without it the one that it listens on'),
  CARD_FORM_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((origin) => origin !== ''))
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      'must be a comma-separated list of origins such as https://tickets.example',
    )
    .describe('Origins besides loopback ones whose pages may embed the card form'),
  STRICT_RETURN_URL: flag.describe('Refuse a confirmation without return_url that might redirect, as Stripe does'),
  LOG_LEVEL: commonEnv.LOG_LEVEL,
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every invalid variable and contains no value. */
export const readConfig = (env: NodeJS.ProcessEnv) => {
  const config = readEnv(sandboxEnv, env);
  if (config.WEBHOOK_URL !== undefined && config.STRIPE_WEBHOOK_SECRET === undefined)
    throw new ConfigError(['STRIPE_WEBHOOK_SECRET is missing (WEBHOOK_URL needs it)']);
  return config;
};
