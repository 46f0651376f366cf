import { commonEnv, readEnv, siteEnv } from '@ticketing/common/service';
import { z } from 'zod';

export const expirationEnv = {
  ...commonEnv,
  REDIS_URL: siteEnv.REDIS_URL,
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w{}-]+$/, 'must consist of letters, digits, _, -, { and }')
    .default('ticketing')
    .describe("Prefix of the timer queue's keys in Redis"),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(expirationEnv, env);
