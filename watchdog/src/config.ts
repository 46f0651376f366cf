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

/** Everything the watchdog reads of its environment. */
export const env = {
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
  STRIPE_KEY: z
    .string()
    .optional()
    .describe("Stripe's secret key; a restricted one that may read charges and refunds will do"),
  STRIPE_HOST: url('http', 'https').optional().describe("Address of something else that speaks Stripe's API"),
  METRICS_URLS: z
    .string()
    .default('{}')
    .transform(json)
    .pipe(metricsUrls)
    .describe('JSON: addresses of the replicas of each service, whose repairs are shown'),
} as const;

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every wrong variable. */
export const readConfig = (environment: NodeJS.ProcessEnv) => {
  const config = readEnv(env, environment);
  if (config.STRIPE_KEY === undefined && config.STRIPE_HOST === undefined) {
    throw new ConfigError(['STRIPE_KEY is missing, and so is STRIPE_HOST: one of them is needed']);
  }
  return config;
};
