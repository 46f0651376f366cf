import 'server-only';
import { readConfig, type ClientConfig } from '../config.ts';

let known: ClientConfig | undefined;

/** This server's configuration, which server.mjs validates at start. */
export const runtimeConfig = (): ClientConfig => (known ??= readConfig(process.env));
