import { expect, test } from '@jest/globals';
import { currencyCodes } from '@ticketing/common/money';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { optionsTable, settingsTable } from './settings-table.mjs';
import { readSettings } from './settings.mjs';

test('When no variable is set, then every setting has its documented default', () => {
  const { settings, problems } = readSettings({}, []);
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({
    port: 3000,
    publicUrl: 'http://localhost:3000',
    replicas: 1,
    expirationWindowSeconds: '900',
    paymentAttempts: '3',
    sellerFeePercent: '10',
    payoutDelayHours: '24',
    legalDir: undefined,
    bus: 'jetstream',
    rateLimits: 'on',
    trustProxy: '0',
    mongoUrl: undefined,
    fresh: false,
    seed: false,
  });
  expect(settings.dataDir.endsWith('/.data')).toBe(true);
});

test('When several settings are invalid, then all are reported at once, without their values', () => {
  const { problems } = readSettings(
    { PORT: '70000', REPLICAS: '0', JWT_KEY: 'hunter2', NATS_URL: 'http://x', STRIPE_KEY: 'hunter2', BUS: 'kafka' },
    ['--fast'],
  );
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'PORT',
    'REPLICAS',
    'NATS_URL',
    'JWT_KEY',
    'STRIPE_KEY',
    'BUS',
    'STRIPE_PUBLISHABLE_KEY',
    '--fast',
  ]);
  expect(problems.join()).not.toContain('hunter2');
});

const invalid: Readonly<Record<string, string>> = {
  NATS_STREAM_REPLICAS: '0',
  PORT: '3e3',
  PUBLIC_URL: 'localhost:3000',
  DATA_DIR: import.meta.filename,
  REPLICAS: '-1',
  MONGO_URL: 'postgres://localhost/x',
  NATS_URL: 'nats://',
  REDIS_URL: 'localhost:6379',
  JWT_KEY: 'short',
  STRIPE_KEY: 'pk_test_1',
  STRIPE_PUBLISHABLE_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'secret',
  STRIPE_HOST: 'api.stripe.com',
  SMTP_URL: 'http://mail.example',
  MAIL_FROM: 'a@example.com, b@example.com',
  CURRENCY: 'USD',
  EXPIRATION_WINDOW_SECONDS: '15m',
  MAX_LIVE_HOLDS: '0',
  PAYMENT_ATTEMPTS: '0',
  SELLER_FEE_PERCENT: '101',
  DELIVERY_HOURS: '2d',
  DELIVERY_MIN_MINUTES: '-1',
  PAYOUT_DELAY_HOURS: '1d',
  BUS: 'JetStream',
  LOG_LEVEL: 'loud',
  RATE_LIMITS: 'false',
  TRUST_PROXY: '10.0.0.0/33',
  LEGAL_DIR: import.meta.filename,
  TEST_BUILD: import.meta.filename,
};

test.each(settingsTable.map(({ name }) => name))('When %s is invalid, then it is reported', (name) => {
  const { problems } = readSettings({ [name]: invalid[name] }, []);
  expect(problems.at(0)).toMatch(new RegExp(`^${name} `));
});

test.each(['https://tickets.example/shop', 'https://tickets.example/?a', 'https://me@tickets.example', 'ftp://a'])(
  'When the public address is %s, then it is reported',
  (PUBLIC_URL) => expect(readSettings({ PUBLIC_URL }, []).problems.at(0)).toMatch(/^PUBLIC_URL must be an /),
);

test('When the public address ends with a slash, then it is accepted', () => {
  expect(readSettings({ PUBLIC_URL: 'https://tickets.example/' }, []).problems).toEqual([]);
});

test.each(settingsTable.map(({ name }) => name))('When %s is empty, then it counts as not set', (name) => {
  expect(readSettings({ [name]: ' ' }, []).problems).toEqual([]);
});

test('When a currency is supported by the services, then it is a setting, and no other is', () => {
  const { problems } = readSettings({ CURRENCY: 'xyz' }, []);
  expect(problems).toEqual([`CURRENCY must be one of ${currencyCodes.join(', ')}`]);
  for (const code of currencyCodes) expect(readSettings({ CURRENCY: code }, []).problems).toEqual([]);
});

const senderOf = (env: NodeJS.ProcessEnv) => readSettings(env, []).settings.mailFrom;

test('When no sender is set, then it is an address of the site', () => {
  expect(senderOf({})).toBe('Foyer <no-reply@localhost>');
  expect(senderOf({ PUBLIC_URL: 'https://tickets.example:8443' })).toBe('Foyer <no-reply@tickets.example>');
  expect(senderOf({ MAIL_FROM: 'me@example.com' })).toBe('me@example.com');
});

test('When STRIPE_KEY is set without the key of the card form, then that key is reported', () => {
  expect(readSettings({ STRIPE_KEY: 'sk_test_1' }, []).problems.at(0)).toMatch(/^STRIPE_PUBLISHABLE_KEY is missing/);
  expect(readSettings({ STRIPE_KEY: 'sk_test_1', STRIPE_PUBLISHABLE_KEY: 'pk_test_1' }, []).problems).toEqual([]);
  expect(readSettings({ STRIPE_KEY: 'sk_test_1', STRIPE_HOST: 'http://127.0.0.1:4242' }, []).problems).toEqual([]);
});

test('When one key is a test key and the other a live key, then they are refused', () => {
  const { problems } = readSettings({ STRIPE_KEY: 'sk_live_1', STRIPE_PUBLISHABLE_KEY: 'pk_test_1' }, []);
  expect(problems).toHaveLength(1);
});

test('When docs/settings.md is read, then its tables match the settings', () => {
  const documentation = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'settings.md'), 'utf8');
  const rows = [
    ...settingsTable.map((setting) => `| \`${setting.name}\` | ${setting.default} | ${setting.purpose} |`),
    ...Object.entries(optionsTable).map(([option, purpose]) => `| \`${option}\` | ${purpose} |`),
  ];
  expect(documentation.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
});

test('When --cluster is given, then it must be 3, with a broker that has clusters', () => {
  expect(readSettings({}, ['--seed', '--cluster', '3'])).toMatchObject({
    problems: [],
    settings: { cluster: 3, natsStreamReplicas: '3', seed: true },
  });
  expect(readSettings({}, []).settings).toMatchObject({ cluster: 1, natsStreamReplicas: undefined });
  for (const args of [['--cluster'], ['--cluster', '2'], ['3']])
    expect(readSettings({}, args).problems.join()).toMatch(
      /^(--cluster( 2)?|3) is unknown: the options are --cluster 3, /,
    );
  expect(readSettings({ BUS: 'nats-streaming' }, ['--cluster', '3']).problems).toEqual([
    '--cluster 3 needs BUS=jetstream',
  ]);
});
