import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { optionsTable, settingsTable } from './settings-table.mjs';

// Runs before the npm packages are installed, so on Node 20 without dependencies.

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Settings of one `npm start`; undefined if not given.
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
 * @property {string | undefined} smtpUrl
 * @property {string} mailFrom
 * @property {string} currency
 * @property {string} expirationWindowSeconds
 * @property {string} maxLiveHolds
 * @property {string} paymentAttempts
 * @property {string} sellerFeePercent
 * @property {string} deliveryHours
 * @property {string} deliveryMinMinutes
 * @property {string} payoutDelayHours
 * @property {string | undefined} legalDir
 * @property {string} bus
 * @property {string} logLevel
 * @property {string} trustProxy
 * @property {string} rateLimits
 * @property {string | undefined} testBuild Absolute.
 * @property {string | undefined} natsStreamReplicas
 * @property {number} cluster Members of MongoDB and of NATS.
 * @property {boolean} fresh
 * @property {boolean} seed
 */

/**
 * Checks all settings. Problems contain no values, since some are secrets. Empty variables count as not given.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} args
 * @returns {{ settings: Settings, problems: string[] }} The settings are valid only if there are no problems.
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
    problems.push('STRIPE_PUBLISHABLE_KEY and STRIPE_KEY must both be test keys or both be live keys');
  /** @type {readonly string[]} */
  const options = args.join(' ').match(/--cluster\s\S+|\S+/g) ?? [];
  for (const option of options)
    if (!(option in optionsTable))
      problems.push(`${option} is unknown: the options are ${Object.keys(optionsTable).join(', ')}`);
  const cluster = options.includes('--cluster 3') ? 3 : 1;
  if (cluster > 1 && given['BUS'] === 'nats-streaming') problems.push('--cluster 3 needs BUS=jetstream');
  const port = Number(given['PORT'] ?? 3000);
  const publicUrl = given['PUBLIC_URL'] ?? `http://localhost:${port}`;
  return {
    problems,
    settings: {
      port,
      publicUrl,
      dataDir: resolve(given['DATA_DIR'] ?? join(root, '.data')),
      replicas: Number(given['REPLICAS'] ?? 1),
      mongoUrl: given['MONGO_URL'],
      natsUrl: given['NATS_URL'],
      natsStreamReplicas: given['NATS_STREAM_REPLICAS'] ?? (cluster > 1 ? String(cluster) : undefined),
      cluster,
      redisUrl: given['REDIS_URL'],
      jwtKey: given['JWT_KEY'],
      stripeKey: given['STRIPE_KEY'],
      stripePublishableKey: given['STRIPE_PUBLISHABLE_KEY'],
      stripeWebhookSecret: given['STRIPE_WEBHOOK_SECRET'],
      stripeHost: given['STRIPE_HOST'],
      smtpUrl: given['SMTP_URL'],
      mailFrom:
        given['MAIL_FROM'] ?? `Foyer <no-reply@${URL.canParse(publicUrl) ? new URL(publicUrl).hostname : 'localhost'}>`,
      currency: given['CURRENCY'] ?? 'usd',
      expirationWindowSeconds: given['EXPIRATION_WINDOW_SECONDS'] ?? '900',
      maxLiveHolds: given['MAX_LIVE_HOLDS'] ?? '6',
      paymentAttempts: given['PAYMENT_ATTEMPTS'] ?? '3',
      sellerFeePercent: given['SELLER_FEE_PERCENT'] ?? '10',
      deliveryHours: given['DELIVERY_HOURS'] ?? '48',
      deliveryMinMinutes: given['DELIVERY_MIN_MINUTES'] ?? '15',
      payoutDelayHours: given['PAYOUT_DELAY_HOURS'] ?? '24',
      legalDir: given['LEGAL_DIR'] === undefined ? undefined : resolve(given['LEGAL_DIR']),
      bus: given['BUS'] ?? 'jetstream',
      logLevel: given['LOG_LEVEL'] ?? 'info',
      trustProxy: given['TRUST_PROXY'] ?? '0',
      rateLimits: given['RATE_LIMITS'] ?? 'on',
      testBuild: given['TEST_BUILD'] === undefined ? undefined : resolve(given['TEST_BUILD']),
      fresh: args.includes('--fresh'),
      seed: args.includes('--seed'),
    },
  };
};
