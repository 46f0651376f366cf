import { databaseUrl } from '@ticketing/launcher/database-url';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Addresses } from '@ticketing/watchdog/books';
import { services, type ServiceName } from '@ticketing/watchdog/books';

/** It is not known where the product is; the message says what to do. */
export class NoAddressesError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoAddressesError';
  }
}

const processList = z.array(z.object({ name: z.string(), url: z.string() }));

const variable = (service: ServiceName): string => `${service.toUpperCase()}_MONGO_URL`;

const perService = (urlOf: (service: ServiceName) => string): Readonly<Record<ServiceName, string>> => ({
  auth: urlOf('auth'),
  tickets: urlOf('tickets'),
  orders: urlOf('orders'),
  expiration: urlOf('expiration'),
  payments: urlOf('payments'),
});

const given = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
};

const busOf = (env: NodeJS.ProcessEnv): Addresses['bus'] => {
  const bus = given(env, 'BUS') ?? 'jetstream';
  if (bus === 'jetstream' || bus === 'nats-streaming') return bus;
  throw new NoAddressesError('BUS must be jetstream or nats-streaming');
};

/** What is needed: all of the books, or the databases alone. */
type Needed = 'books' | 'databases';

const byEnvironment = (env: NodeJS.ProcessEnv, needed: Needed): Addresses => {
  const names = [...services.map(variable), ...(needed === 'books' ? ['NATS_URL'] : [])];
  const missing = names.filter((name) => given(env, name) === undefined);
  const host = given(env, 'STRIPE_HOST');
  const key = given(env, 'STRIPE_KEY');
  if (needed === 'books' && host === undefined && key === undefined) missing.push('STRIPE_KEY or STRIPE_HOST');
  if (missing.length > 0) {
    throw new NoAddressesError(
      `A product is named by the environment, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
    );
  }
  return {
    mongoUrls: perService((service) => given(env, variable(service)) ?? ''),
    natsUrl: given(env, 'NATS_URL') ?? '',
    bus: busOf(env),
    stripe: { host, key },
  };
};

const byProcessList = async (env: NodeJS.ProcessEnv, root: string, parts: Needed): Promise<Addresses> => {
  const file = join(resolve(given(env, 'DATA_DIR') ?? join(root, '.data')), 'processes.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new NoAddressesError(
      `Nothing runs here: there is no ${file}. Start the product by npm start (with the same DATA_DIR), ` +
        `or name one by ${services.map(variable).join(', ')}, NATS_URL and STRIPE_HOST or STRIPE_KEY`,
    );
  }
  const processes = processList.parse(JSON.parse(text));
  const urlOf = (name: string): string | undefined => processes.find((process) => process.name === name)?.url;
  const needed = (name: string): string => {
    const url = urlOf(name);
    if (url !== undefined) return url;
    throw new NoAddressesError(`${name} is not among the processes of ${file}: it is down, try again in a moment`);
  };
  const mongoUrl = needed('mongod');
  const sandbox = urlOf('stripe-sandbox');
  const key = given(env, 'STRIPE_KEY');
  const host = given(env, 'STRIPE_HOST') ?? sandbox;
  if (parts === 'books' && host === undefined && key === undefined) {
    throw new NoAddressesError('Payments go to Stripe itself: set STRIPE_KEY to the key that the product runs with');
  }
  return {
    mongoUrls: perService((service) => databaseUrl(mongoUrl, service)),
    natsUrl: parts === 'books' ? needed('nats') : (urlOf('nats') ?? ''),
    bus: busOf(env),
    stripe: { host, key },
  };
};

/**
 * Where the product is: named by the environment, as for a cluster, or started by `npm start` of the checkout `root`.
 * @throws NoAddressesError
 */
export const findAddresses = async (
  env: NodeJS.ProcessEnv,
  root: string,
  needed: Needed = 'books',
): Promise<Addresses> =>
  services.some((service) => given(env, variable(service)) !== undefined)
    ? byEnvironment(env, needed)
    : byProcessList(env, root, needed);
