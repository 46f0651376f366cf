import { databaseUrl, joinUrls } from '@ticketing/launcher/database-url';
import { perService, services, type Addresses, type ServiceName } from '@ticketing/watchdog/sources';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** The product was not found; the message says what to do. */
export class NoAddressesError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoAddressesError';
  }
}

const processList = z.array(z.object({ name: z.string(), url: z.string() }));

const variableOf = (service: ServiceName): string => `${service.toUpperCase()}_MONGO_URL`;

const readVariable = (env: NodeJS.ProcessEnv, name: string): string | undefined => {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
};

const busOf = (env: NodeJS.ProcessEnv): Addresses['bus'] => {
  const bus = readVariable(env, 'BUS') ?? 'jetstream';
  if (bus === 'jetstream' || bus === 'nats-streaming') return bus;
  throw new NoAddressesError('BUS must be jetstream or nats-streaming');
};

/** Which addresses the caller needs: without `sources`, those of the bus and of Stripe may be missing. */
type Needed = 'sources' | 'databases';

const fromEnvironment = (env: NodeJS.ProcessEnv, needed: Needed): Addresses => {
  const missing: string[] = [];
  const read = (name: string, isNeeded = true): string => {
    const value = readVariable(env, name);
    if (value === undefined && isNeeded) missing.push(name);
    return value ?? '';
  };
  const mongoUrls = perService((service) => read(variableOf(service)));
  const natsUrl = read('NATS_URL', needed === 'sources');
  const stripe = { host: readVariable(env, 'STRIPE_HOST'), key: readVariable(env, 'STRIPE_KEY') };
  if (needed === 'sources' && stripe.host === undefined && stripe.key === undefined)
    missing.push('STRIPE_KEY or STRIPE_HOST');
  if (missing.length > 0) {
    throw new NoAddressesError(
      `The environment names a product, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
    );
  }
  return { mongoUrls, natsUrl, bus: busOf(env), stripe };
};

const fromProcessList = async (env: NodeJS.ProcessEnv, root: string, needed: Needed): Promise<Addresses> => {
  const file = join(resolve(readVariable(env, 'DATA_DIR') ?? join(root, '.data')), 'processes.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new NoAddressesError(
      `No product runs here: ${file} does not exist. Start one with npm start (and the same DATA_DIR), ` +
        `or set ${services.map(variableOf).join(', ')}, NATS_URL and STRIPE_HOST or STRIPE_KEY`,
    );
  }
  const processes = processList.parse(JSON.parse(text));
  const urlsOf = (name: string): string[] => processes.filter((process) => process.name === name).map(({ url }) => url);
  const find = (name: string): string | undefined => (urlsOf(name).length === 0 ? undefined : joinUrls(urlsOf(name)));
  const urlOf = (name: string, variable: string): string => {
    // A server that npm start was given by its URL is not among its processes.
    const url = find(name) ?? readVariable(env, variable);
    if (url !== undefined) return url;
    throw new NoAddressesError(
      `${name} is not among the processes of ${file}: it is down, retry in a moment; ` +
        `or set ${variable} if the product was started with it`,
    );
  };
  const mongoUrl = urlOf('mongod', 'MONGO_URL');
  const stripe = {
    host: readVariable(env, 'STRIPE_HOST') ?? find('stripe-sandbox'),
    key: readVariable(env, 'STRIPE_KEY'),
  };
  if (needed === 'sources' && stripe.host === undefined && stripe.key === undefined) {
    throw new NoAddressesError('The product uses Stripe itself: set STRIPE_KEY to the key that it runs with');
  }
  return {
    mongoUrls: perService((service) => databaseUrl(mongoUrl, service)),
    natsUrl: needed === 'sources' ? urlOf('nats', 'NATS_URL') : (find('nats') ?? ''),
    bus: busOf(env),
    stripe,
  };
};

/**
 * Finds the product: by the environment, as for a cluster, or else the one that `npm start` runs in the checkout `root`.
 * @throws NoAddressesError
 */
export const findAddresses = async (
  env: NodeJS.ProcessEnv,
  root: string,
  needed: Needed = 'sources',
): Promise<Addresses> =>
  services.some((service) => readVariable(env, variableOf(service)) !== undefined)
    ? fromEnvironment(env, needed)
    : fromProcessList(env, root, needed);
