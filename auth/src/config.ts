import { commonEnv, rateLimitEnv, readEnv, sessionEnv } from '@ticketing/common/service';

export const authEnv = { ...commonEnv, ...sessionEnv, ...rateLimitEnv };

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(authEnv, env);
