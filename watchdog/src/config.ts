import { commonEnv, ConfigError, readEnv, url } from '@ticketing/common/service';
import { z } from 'zod';

const mongo = url('mongodb', 'mongodb+srv');
const metricsUrls = z.record(z.string(), z.array(url('http', 'https')));

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Settings of the watchdog. */
export const watchdogEnv = {
  HOST: commonEnv.HOST,
  PORT: commonEnv.PORT,
  LOG_LEVEL: commonEnv.LOG_LEVEL,
  BUS: commonEnv.BUS,
  NATS_URL: commonEnv.NATS_URL,
  AUTH_MONGO_URL: mongo.describe('Database of auth'),
  TICKETS_MONGO_URL: mongo.describe('Database of tickets'),
  ORDERS_MONGO_URL: mongo.describe('Database of orders'),
  EXPIRATION_MONGO_URL: mongo.describe('Database of expiration'),
  PAYMENTS_MONGO_URL: mongo.describe('Database of payments'),
  NOTIFICATIONS_MONGO_URL: mongo.describe('Database of notifications'),
  STRIPE_KEY: z
    .string()
    .optional()
    .describe(
      "Stripe's secret key; a restricted key that reads charges, refunds, PaymentIntents, disputes and the balance is enough",
    ),
  STRIPE_HOST: url('http', 'https')
    .optional()
    .describe("Address of another server with Stripe's API, such as the sandbox"),
  METRICS_URLS: z
    .string()
    .transform(json)
    .pipe(metricsUrls)
    .prefault('{}')
    .describe('JSON: addresses of the replicas of each service; the page shows their repairs'),
} as const;

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every invalid variable. */
export const readConfig = (environment: NodeJS.ProcessEnv) => {
  const config = readEnv(watchdogEnv, environment);
  if (config.STRIPE_KEY === undefined && config.STRIPE_HOST === undefined) {
    throw new ConfigError(['STRIPE_KEY and STRIPE_HOST are both missing: set one of them']);
  }
  return config;
};
