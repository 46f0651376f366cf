import { mailEnv } from '@ticketing/common/mail';
import { commonEnv, readEnv, siteEnv } from '@ticketing/common/service';
import { z } from 'zod';

export const authEnv = {
  ...commonEnv,
  ...siteEnv,
  ...mailEnv,
  LINK_KEY: z
    .string()
    .min(32, 'must have at least 32 characters')
    .describe('Key that signs the links in mails; a new one ends the links that were mailed before'),
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(authEnv, env);
