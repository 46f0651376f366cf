import 'server-only';
import { currencyOf, type Currency } from '@ticketing/common/money';
import { readConfig, type ClientConfig } from '../config.ts';

let known: ClientConfig | undefined;

/** This server's configuration, which server.mjs validates at start. */
export const runtimeConfig = (): ClientConfig => (known ??= readConfig(process.env));

/** Of all prices. */
export const siteCurrency = (): Currency => currencyOf(runtimeConfig().currency);
