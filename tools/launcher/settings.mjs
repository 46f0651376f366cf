import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Read before anything is installed, by whatever Node there is: no dependency, nothing newer than Node 20.

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {object} Setting
 * @property {string} name
 * @property {string} default What holds without it, in words for the table of the documentation.
 * @property {string} purpose
 * @property {(text: string) => string | undefined} check Says what is wrong, or nothing.
 */

/** @param {number} min @param {number} max @returns {(text: string) => string | undefined} */
const wholeNumber = (min, max) => (text) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
    ? undefined
    : `must be a whole number from ${min} to ${max}`;

/** @param {string[]} values @returns {(text: string) => string | undefined} */
const oneOf =
  (...values) =>
  (text) =>
    values.includes(text) ? undefined : `must be ${values.join(' or ')}`;

/** @param {string[]} protocols @returns {(text: string) => string | undefined} */
const address =
  (...protocols) =>
  (text) =>
    protocols.some((protocol) => text.startsWith(`${protocol}://`) && text.length > protocol.length + 3)
      ? undefined
      : `must begin with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;

/** @param {string} text @returns {string | undefined} */
const webAddress = (text) =>
  URL.canParse(text) && /^https?:\/\//.test(text) ? undefined : 'must be an http:// or https:// address';

/** @param {string[]} prefixes @returns {(text: string) => string | undefined} */
const beginsWith =
  (...prefixes) =>
  (text) =>
    prefixes.some((prefix) => text.startsWith(prefix)) ? undefined : `must begin with ${prefixes.join(' or ')}`;

/** @param {string} text @returns {string | undefined} */
const natsServers = (text) =>
  text.split(',').every((server) => /^(nats|tls):\/\/./.test(server) && URL.canParse(server))
    ? undefined
    : 'must be addresses that begin with nats:// or tls://, separated by commas';

/** @param {string} text @returns {string | undefined} */
const directory = (text) => {
  const found = statSync(resolve(text), { throwIfNoEntry: false });
  return found === undefined || found.isDirectory() ? undefined : 'must be a directory';
};

/** Everything that `npm start` can be told by the environment. @type {readonly Setting[]} */
export const settingsTable = [
  {
    name: 'PORT',
    default: '3000',
    purpose: 'Port of the site on the loopback interface',
    check: wholeNumber(1, 65_535),
  },
  {
    name: 'PUBLIC_URL',
    default: 'http://localhost:PORT',
    purpose: "The site's address for its users; https makes cookies secure",
    check: webAddress,
  },
  {
    name: 'DATA_DIR',
    default: '.data',
    purpose: 'Where everything is kept: databases, secrets, logs, processes.json',
    check: directory,
  },
  {
    name: 'REPLICAS',
    default: '1',
    purpose: 'How many of each service and of the site run',
    check: wholeNumber(1, 9),
  },
  {
    name: 'MONGO_URL',
    default: 'a mongod is started',
    purpose: 'A MongoDB replica set to use; each service gets a database of its own name in it',
    check: address('mongodb', 'mongodb+srv'),
  },
  {
    name: 'NATS_URL',
    default: 'a nats-server is started',
    purpose: 'NATS servers with JetStream to use, separated by commas',
    check: natsServers,
  },
  {
    name: 'REDIS_URL',
    default: 'a redis-server is started',
    purpose: 'A Redis to use',
    check: address('redis', 'rediss'),
  },
  {
    name: 'JWT_KEY',
    default: 'made once, kept in DATA_DIR',
    purpose: 'Signs the session tokens; at least 16 characters',
    check: (text) => (text.length >= 16 ? undefined : 'must have at least 16 characters'),
  },
  {
    name: 'STRIPE_KEY',
    default: 'the local Stripe sandbox is used',
    purpose: "Stripe's secret key: switches to the real Stripe",
    check: beginsWith('sk_', 'rk_'),
  },
  {
    name: 'STRIPE_PUBLISHABLE_KEY',
    default: 'the card form of the sandbox',
    purpose: "Stripe's publishable key; needed with STRIPE_KEY, since the card form is Stripe's own then",
    check: beginsWith('pk_'),
  },
  {
    name: 'STRIPE_WEBHOOK_SECRET',
    default: 'made once, kept in DATA_DIR',
    purpose: "Signs Stripe's webhooks",
    check: beginsWith('whsec_'),
  },
  {
    name: 'STRIPE_HOST',
    default: 'the sandbox, or Stripe itself with STRIPE_KEY',
    purpose: "Address of something else that speaks Stripe's API",
    check: webAddress,
  },
  {
    name: 'EXPIRATION_WINDOW_SECONDS',
    default: '900',
    purpose: 'How long an order holds its ticket',
    check: wholeNumber(1, 86_400),
  },
  {
    name: 'PAYMENT_ATTEMPTS',
    default: '3',
    purpose: 'Declined cards after which payment of an order has failed for good',
    check: wholeNumber(1, 20),
  },
  {
    name: 'BUS',
    default: 'jetstream',
    purpose: 'Which NATS carries the events: jetstream or nats-streaming',
    check: oneOf('jetstream', 'nats-streaming'),
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    purpose: 'Least level that is logged',
    check: oneOf('silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'),
  },
  {
    name: 'RATE_LIMITS',
    default: 'on',
    purpose: 'off switches rate limits off, for tests and benchmarks only',
    check: oneOf('on', 'off'),
  },
  {
    name: 'TEST_BUILD',
    default: 'the services as they are',
    purpose: 'A directory with other bundles of services to run, for the chaos test only',
    check: directory,
  },
];

/** What can be told on the command line, after `npm start --`. @type {Readonly<Record<string, string>>} */
export const optionsTable = {
  '--fresh': 'Begin with nothing: empty DATA_DIR first',
  '--seed': 'Fill a catalogue and two demo accounts, and print their passwords',
};

/**
 * What `npm start` runs with. Undefined means that nothing was given.
 *
 * @typedef {object} Settings
 * @property {number} port
 * @property {string} publicUrl
 * @property {string} dataDir Absolute.
 * @property {number} replicas
 * @property {string | undefined} mongoUrl
 * @property {string | undefined} natsUrl
 * @property {string | undefined} redisUrl
 * @property {string | undefined} jwtKey
 * @property {string | undefined} stripeKey
 * @property {string | undefined} stripePublishableKey
 * @property {string | undefined} stripeWebhookSecret
 * @property {string | undefined} stripeHost
 * @property {string} expirationWindowSeconds
 * @property {string} paymentAttempts
 * @property {string} bus
 * @property {string} logLevel
 * @property {string} rateLimits
 * @property {string | undefined} testBuild Absolute.
 * @property {boolean} fresh
 * @property {boolean} seed
 */

/**
 * Checks everything at once and repeats no value, since some are secrets. Empty variables count as not given.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} args
 * @returns {{ settings: Settings, problems: string[] }} The settings hold only when there are no problems.
 */
export const readSettings = (env, args) => {
  /** @type {Record<string, string | undefined>} */
  const given = {};
  /** @type {string[]} */
  const problems = [];
  for (const { name, check } of settingsTable) {
    const text = env[name]?.trim();
    if (text === undefined || text === '') continue;
    given[name] = text;
    const problem = check(text);
    if (problem !== undefined) problems.push(`${name} ${problem}`);
  }
  const { STRIPE_KEY: secret, STRIPE_PUBLISHABLE_KEY: publishable, STRIPE_HOST: host } = given;
  if (secret !== undefined && publishable === undefined && host === undefined)
    problems.push('STRIPE_PUBLISHABLE_KEY is missing: with STRIPE_KEY the card form needs it');
  if (publishable !== undefined && secret === undefined) problems.push('STRIPE_PUBLISHABLE_KEY needs STRIPE_KEY');
  if (secret !== undefined && publishable !== undefined && secret.includes('_test_') !== publishable.includes('_test_'))
    problems.push('STRIPE_PUBLISHABLE_KEY must belong to STRIPE_KEY: one is for tests, the other is live');
  for (const arg of args)
    if (!(arg in optionsTable))
      problems.push(`${arg} is unknown: there are ${Object.keys(optionsTable).join(' and ')}`);
  const port = Number(given['PORT'] ?? 3000);
  return {
    problems,
    settings: {
      port,
      publicUrl: given['PUBLIC_URL'] ?? `http://localhost:${port}`,
      dataDir: resolve(given['DATA_DIR'] ?? join(root, '.data')),
      replicas: Number(given['REPLICAS'] ?? 1),
      mongoUrl: given['MONGO_URL'],
      natsUrl: given['NATS_URL'],
      redisUrl: given['REDIS_URL'],
      jwtKey: given['JWT_KEY'],
      stripeKey: given['STRIPE_KEY'],
      stripePublishableKey: given['STRIPE_PUBLISHABLE_KEY'],
      stripeWebhookSecret: given['STRIPE_WEBHOOK_SECRET'],
      stripeHost: given['STRIPE_HOST'],
      expirationWindowSeconds: given['EXPIRATION_WINDOW_SECONDS'] ?? '900',
      paymentAttempts: given['PAYMENT_ATTEMPTS'] ?? '3',
      bus: given['BUS'] ?? 'jetstream',
      logLevel: given['LOG_LEVEL'] ?? 'info',
      rateLimits: given['RATE_LIMITS'] ?? 'on',
      testBuild: given['TEST_BUILD'] === undefined ? undefined : resolve(given['TEST_BUILD']),
      fresh: args.includes('--fresh'),
      seed: args.includes('--seed'),
    },
  };
};
