import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';

// The settings of `npm start`, as docs/settings.md lists them. Runs on Node 20 without dependencies.

/**
 * @typedef {object} Setting
 * @property {string} name
 * @property {string} default Text for the documentation.
 * @property {string} purpose
 * @property {(text: string) => string | undefined} check Returns what is wrong, or undefined.
 */

/** @param {number} min @param {number} max @returns {(text: string) => string | undefined} */
const wholeNumber = (min, max) => (text) =>
  /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max
    ? undefined
    : `must be a whole number from ${min} to ${max}`;

/** @param {number} max @param {number} [decimals] @returns {(text: string) => string | undefined} */
const decimalNumber = (max, decimals) => (text) =>
  new RegExp(`^\\d+(\\.\\d{1,${decimals ?? ''}})?$`).test(text) && Number(text) <= max
    ? undefined
    : `must be a number from 0 to ${max}${decimals === undefined ? '' : ` with at most ${decimals} decimals`}`;

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

/** The pages of the site and the links in mails begin at its root. @param {string} text @returns {string | undefined} */
const siteAddress = (text) => {
  const problem = webAddress(text);
  if (problem !== undefined) return problem;
  const { origin, href } = new URL(text);
  return href === `${origin}/` ? undefined : 'must be an address without user, path and query';
};

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

/** @param {string} range */
const isRange = (range) => {
  const [address = '', bits = '0', ...rest] = range.trim().split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && rest.length === 0 && /^\d+$/.test(bits) && Number(bits) <= longest;
};

/** @param {string} text @returns {string | undefined} */
const proxies = (text) =>
  /^\d$/.test(text) || text.split(',').every(isRange)
    ? undefined
    : 'must be a number from 0 to 9, or addresses and ranges of proxies';

/** @param {string} text @returns {string | undefined} */
const sender = (text) =>
  /^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text)
    ? undefined
    : 'must be an address, or a name and an address: Name <address>';

/** @param {string} text @returns {string | undefined} */
const directory = (text) => {
  const found = statSync(resolve(text), { throwIfNoEntry: false });
  return found === undefined || found.isDirectory() ? undefined : 'must be a directory';
};

/** Those of common/src/money/currencies.ts, which needs a newer Node; a test compares them. */
const currencies =
  'usd aed ars aud brl cad chf cop czk dkk eur gbp hkd huf idr ils inr jpy krw kwd mxn myr nok nzd php pln ron rub sek sgd thb zar'.split(
    ' ',
  );

/** Environment variables of `npm start`. @type {readonly Setting[]} */
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
    purpose: 'Public address of the site; with https, cookies are secure',
    check: siteAddress,
  },
  {
    name: 'DATA_DIR',
    default: '.data',
    purpose: 'Directory of all data: databases, secrets, logs, processes.json',
    check: directory,
  },
  {
    name: 'REPLICAS',
    default: '1',
    purpose: 'Number of processes of each service and of the site',
    check: wholeNumber(1, 9),
  },
  {
    name: 'MONGO_URL',
    default: 'a mongod is started',
    purpose: 'Address of a MongoDB replica set; each service uses the database with its name',
    check: address('mongodb', 'mongodb+srv'),
  },
  {
    name: 'NATS_URL',
    default: 'a nats-server is started',
    purpose: 'Addresses of NATS servers with JetStream, separated by commas',
    check: natsServers,
  },
  {
    name: 'NATS_STREAM_REPLICAS',
    default: '1; with `--cluster 3` 3',
    purpose: 'Members of a NATS cluster that store each event',
    check: wholeNumber(1, 5),
  },
  {
    name: 'REDIS_URL',
    default: 'a redis-server is started',
    purpose: 'Address of a Redis server',
    check: address('redis', 'rediss'),
  },
  {
    name: 'JWT_KEY',
    default: 'generated once, kept in DATA_DIR',
    purpose: 'Keys of session tokens, at least 32 bytes each, separated by commas: the first signs, all verify',
    check: (text) =>
      text.split(',').every((key) => Buffer.byteLength(key.trim()) >= 32)
        ? undefined
        : 'must be keys of at least 32 bytes, separated by commas',
  },
  {
    name: 'STRIPE_KEY',
    default: 'the local Stripe sandbox is used',
    purpose: "Stripe's secret key; with it, payments use the real Stripe",
    check: beginsWith('sk_', 'rk_'),
  },
  {
    name: 'STRIPE_PUBLISHABLE_KEY',
    default: "the sandbox's card form is used",
    purpose: "Stripe's publishable key for its card form; required with STRIPE_KEY",
    check: beginsWith('pk_'),
  },
  {
    name: 'STRIPE_WEBHOOK_SECRET',
    default: 'generated once, kept in DATA_DIR',
    purpose: "Secrets that sign Stripe's webhooks, separated by commas: one for each endpoint",
    check: beginsWith('whsec_'),
  },
  {
    name: 'STRIPE_HOST',
    default: 'the sandbox, or Stripe itself with STRIPE_KEY',
    purpose: "Address of a server that replaces Stripe's API",
    check: webAddress,
  },
  {
    name: 'SMTP_URL',
    default: 'the local mailbox is used',
    purpose:
      'Mail server, smtps:// or smtp:// with STARTTLS (not required on loopback), with user and password where it needs them',
    check: address('smtp', 'smtps'),
  },
  {
    name: 'MAIL_FROM',
    default: 'Foyer <no-reply@HOST of PUBLIC_URL>',
    purpose: 'Sender of the mails: an address, or a name and an address',
    check: sender,
  },
  {
    name: 'CURRENCY',
    default: 'usd',
    purpose: 'Currency of all prices, its ISO 4217 code in lower case; it cannot change once there are prices',
    check: (text) => (currencies.includes(text) ? undefined : `must be one of ${currencies.join(', ')}`),
  },
  {
    name: 'EXPIRATION_WINDOW_SECONDS',
    default: '900',
    purpose: 'Seconds for which an order holds its ticket',
    check: wholeNumber(1, 86_400),
  },
  {
    name: 'MAX_LIVE_HOLDS',
    default: '6',
    purpose: 'Number of unpaid orders that an account may have at once',
    check: wholeNumber(1, 10_000),
  },
  {
    name: 'PAYMENT_ATTEMPTS',
    default: '3',
    purpose: 'Number of declined cards after which the payment of an order has failed',
    check: wholeNumber(1, 20),
  },
  {
    name: 'SELLER_FEE_PERCENT',
    default: '10',
    purpose: 'Share of the price of a sold ticket that the marketplace keeps',
    check: decimalNumber(100, 2),
  },
  {
    name: 'DELIVERY_HOURS',
    default: '48',
    purpose: 'From the sale of a ticket until it must be delivered; an hour before the event at the latest',
    check: decimalNumber(8_760),
  },
  {
    name: 'DELIVERY_MIN_MINUTES',
    default: '15',
    purpose: 'What the seller of a sold ticket has at least to deliver it',
    check: decimalNumber(525_600),
  },
  {
    name: 'PAYOUT_DELAY_HOURS',
    default: '24',
    purpose: 'From the start of an event until the proceeds of its tickets belong to their sellers',
    check: decimalNumber(8_760),
  },
  {
    name: 'LEGAL_DIR',
    default: 'none: these pages say that they are empty',
    purpose: 'Directory of the texts of the pages terms, privacy, contact and imprint, such as `terms.txt`',
    check: directory,
  },
  {
    name: 'BUS',
    default: 'jetstream',
    purpose: 'Message broker: jetstream or nats-streaming',
    check: oneOf('jetstream', 'nats-streaming'),
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    purpose: 'Lowest level that is logged',
    check: oneOf('silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'),
  },
  {
    name: 'RATE_LIMITS',
    default: 'on',
    purpose: 'on or off; off is for tests and benchmarks only',
    check: oneOf('on', 'off'),
  },
  {
    name: 'TRUST_PROXY',
    default: '0',
    purpose: 'Proxies in front of this site whose X-Forwarded-For counts: their number, or their addresses and ranges',
    check: proxies,
  },
  {
    name: 'TEST_BUILD',
    default: 'the services from this checkout',
    purpose: 'Directory of service bundles to run instead, for tests only',
    check: directory,
  },
];

/** Command-line options after `npm start --`. @type {Readonly<Record<string, string>>} */
export const optionsTable = {
  '--cluster 3':
    'Start three members each of MongoDB and NATS instead of one; the data belong to clusters of this size from then on',
  '--fresh': 'Delete all data in DATA_DIR first',
  '--seed': 'Create two demo accounts with tickets on sale, and print their passwords',
};
