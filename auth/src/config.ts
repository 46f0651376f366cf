import { commonEnv, readEnv, siteEnv } from '@ticketing/common/service';

export const authEnv = { ...commonEnv, ...siteEnv };

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(authEnv, env);
