import { commonEnv, priceEnv, readEnv, siteEnv } from '@ticketing/common/service';

export const ticketsEnv = { ...commonEnv, ...siteEnv, ...priceEnv };

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(ticketsEnv, env);
