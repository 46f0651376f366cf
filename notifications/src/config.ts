import { mailEnv } from '@ticketing/common/mail';
import { commonEnv, priceEnv, readEnv, siteEnv } from '@ticketing/common/service';

export const notificationsEnv = { ...commonEnv, PUBLIC_URL: siteEnv.PUBLIC_URL, ...priceEnv, ...mailEnv };

export type Config = ReturnType<typeof readConfig>;

/** @throws ConfigError that names every missing or malformed variable. */
export const readConfig = (env: NodeJS.ProcessEnv) => readEnv(notificationsEnv, env);
