import { commonEnv, readEnv, sessionEnv } from '@ticketing/common/service';

export const ticketsEnv = { ...commonEnv, ...sessionEnv };

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ticketsEnv, env);
