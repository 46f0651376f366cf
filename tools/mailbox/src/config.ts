import { commonEnv, readEnv, wholeNumber } from '@ticketing/common/service';
import { z } from 'zod';

const port = (preset: string) => wholeNumber({ min: 0, max: 65_535 }).prefault(preset);

/** Every setting; a test compares the README's table with it. */
export const mailboxEnv = {
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: port('8025').describe('Port of the page and of `/messages`; 0 takes a free one'),
  SMTP_PORT: port('1025').describe('Port that receives mail; 0 takes a free one'),
  ALLOWED_HOSTS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .toLowerCase()
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== ''),
    )
    .describe('Names in addresses of the page, besides those of loopback, separated by commas'),
  DATA_DIR: z.string().describe('Directory of the mails, created if missing; one process at a time'),
  LOG_LEVEL: commonEnv.LOG_LEVEL,
};

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every invalid variable and contains no value. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(mailboxEnv, env);
