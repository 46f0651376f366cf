import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const env = {
  HOST: '127.0.0.1',
  PORT: '3001',
  API_URL: 'http://router:3000/',
  PUBLIC_URL: 'https://tickets.example',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
  STRIPE_SANDBOX: '',
};

test('When every variable is set, then the configuration has all of them', () => {
  expect(readConfig(env)).toEqual({
    host: '127.0.0.1',
    port: 3001,
    probePort: undefined,
    isDevelopment: false,
    apiUrl: 'http://router:3000',
    publicUrl: new URL('https://tickets.example'),
    stripe: { mode: 'live', publishableKey: 'pk_test_123' },
    mailboxUrl: undefined,
    currency: 'usd',
    paymentAttempts: undefined,
    sellerFeePercent: 10,
    deliveryHours: 48,
    legalDir: undefined,
  });
});

test('When a sandbox is set, then cards go there and no key is needed', () => {
  const config = readConfig({
    ...env,
    STRIPE_SANDBOX: 'http://localhost:4242',
    STRIPE_PUBLISHABLE_KEY: '',
    MAILBOX_URL: 'http://localhost:8025',
    PAYMENT_ATTEMPTS: '3',
    SELLER_FEE_PERCENT: '12.5',
    DELIVERY_HOURS: '0.5',
    LEGAL_DIR: '/legal',
  });
  expect(config.stripe).toEqual({ mode: 'sandbox', sandboxUrl: 'http://localhost:4242' });
  expect(config.mailboxUrl).toBe('http://localhost:8025/');
  expect(config.paymentAttempts).toBe(3);
  expect(config.sellerFeePercent).toBe(12.5);
  expect(config.deliveryHours).toBe(0.5);
  expect(config.legalDir).toBe('/legal');
});

test('When each service has its own address, then the placeholder in API_URL is kept', () => {
  expect(readConfig({ ...env, API_URL: 'http://{service}:3000' }).apiUrl).toBe('http://{service}:3000');
});

test('When several variables are missing, then the error names all of them', () => {
  for (const name of ['HOST', 'PORT', 'API_URL', 'PUBLIC_URL', 'STRIPE_PUBLISHABLE_KEY']) {
    expect(() => readConfig({})).toThrow(name);
  }
});

test.each([
  [{ STRIPE_PUBLISHABLE_KEY: 'sk_live_secret' }, 'must begin with pk_'],
  [{ PORT: 'http' }, 'PORT must be'],
  [{ PROBE_PORT: 'none' }, 'PROBE_PORT must be'],
  [{ API_URL: 'router:3000' }, 'API_URL must be'],
  [{ STRIPE_SANDBOX: 'yes' }, 'STRIPE_SANDBOX must be'],
  [{ MAILBOX_URL: 'javascript:alert(1)' }, 'MAILBOX_URL must be'],
  [{ PAYMENT_ATTEMPTS: '-1' }, 'PAYMENT_ATTEMPTS must be'],
  [{ SELLER_FEE_PERCENT: '101' }, 'SELLER_FEE_PERCENT must be'],
  [{ SELLER_FEE_PERCENT: '2.125' }, 'SELLER_FEE_PERCENT must be'],
  [{ DELIVERY_HOURS: '2d' }, 'DELIVERY_HOURS must be'],
])('When %j is set, then the error contains: %s', (change, message) => {
  expect(() => readConfig({ ...env, ...change })).toThrow(message);
});

test('When a secret key is rejected, then the error does not contain it', () => {
  expect(() => readConfig({ ...env, STRIPE_PUBLISHABLE_KEY: 'sk_live_secret' })).not.toThrow('sk_live_secret');
});
