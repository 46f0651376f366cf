import { z } from 'zod';
import { eventTypes, type EventType } from './events.ts';
import { logLevels } from './log.ts';

/** A setting is missing or malformed; every problem is named. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`Wrong configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const isEventType = (text: string): text is EventType => eventTypes.some((type) => type === text);

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((value) => value === 'true');

/** Every setting, its default and what it is for; the README's table is checked against it. */
export const sandboxEnv = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: z
    .string()
    .default('4242')
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'must be a whole number from 0 to 65535')
    .transform(Number)
    .describe('Port to listen on; 0 takes a free one'),
  DATA_DIR: z.string().describe('Directory of the books; made where it is missing. One process at a time'),
  STRIPE_KEY: z
    .string()
    .startsWith('sk_test_', 'must begin with sk_test_')
    .optional()
    .describe('The one secret key that is accepted; without it any key is, and none as well'),
  STRIPE_WEBHOOK_SECRET: z.string().min(8, 'must have at least 8 characters').optional().describe('Signs the webhooks'),
  WEBHOOK_URL: httpUrl.optional().describe('Where webhooks go; without it none are sent'),
  WEBHOOK_EVENTS: z
    .string()
    .default('payment_intent.succeeded,payment_intent.payment_failed,payment_intent.canceled,charge.refunded')
    .transform((text) => text.split(',').map((type) => type.trim()))
    .refine((types) => types.every(isEventType), `must be a comma-separated list of ${eventTypes.join(', ')}`)
    .transform((types) => types.filter(isEventType))
    .describe('Event types that are sent'),
  CARD_FORM_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((origin) => origin !== ''))
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      'must be a comma-separated list of origins such as https://tickets.example',
    )
    .describe('Origins besides loopback ones whose pages may embed the card form'),
  STRICT_AMOUNTS: flag.describe("Refuse amounts below Stripe's smallest (0.50 USD), as Stripe does"),
  STRICT_RETURN_URL: flag.describe('Refuse a confirmation that might redirect and has no return_url, as Stripe does'),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least level that is logged'),
};

export type Config = ReturnType<typeof readConfig>;

/**
 * Reads and freezes the settings. Empty variables count as missing.
 * @throws ConfigError that names every wrong variable, and repeats the value of none.
 */
export const readConfig = (env: NodeJS.ProcessEnv) => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = z.object(sandboxEnv).safeParse(given);
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => {
        const variable = issue.path.map(String).join('.');
        return `${variable} ${given[variable] === undefined ? 'is missing' : issue.message}`;
      });
  if (given['WEBHOOK_URL'] !== undefined && given['STRIPE_WEBHOOK_SECRET'] === undefined) {
    problems.push('STRIPE_WEBHOOK_SECRET is missing (WEBHOOK_URL needs it)');
  }
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(result.data);
};
