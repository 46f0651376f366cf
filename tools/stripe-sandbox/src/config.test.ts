import { expect, test } from '@jest/globals';
import { ConfigError } from '@ticketing/common/service';
import { readConfig } from './config.ts';

const refusal = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

test('When only the data directory is given, then all other settings have their defaults', () => {
  expect(readConfig({ DATA_DIR: 'somewhere', STRIPE_KEY: '' })).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 4242,
    LOG_LEVEL: 'info',
  });
});

test('When several settings are invalid, then the error names all of them and contains no value', () => {
  const text = refusal({
    PORT: '70000',
    STRIPE_KEY: 'sk_live_secret',
    WEBHOOK_URL: 'ftp://nowhere',
    WEBHOOK_EVENTS: 'payment_intent.paid',
    CARD_FORM_ORIGINS: 'tickets.example',
    LOG_LEVEL: 'loud',
  });
  for (const name of [
    'DATA_DIR is missing',
    'PORT must',
    'STRIPE_KEY must',
    'WEBHOOK_URL must',
    'WEBHOOK_EVENTS must',
    'CARD_FORM_ORIGINS must',
    'LOG_LEVEL',
  ]) {
    expect(text).toContain(name);
  }
  expect(text).not.toContain('sk_live_secret');
});

test('When WEBHOOK_URL is set without a secret, then the configuration is invalid', () => {
  expect(refusal({ DATA_DIR: 'somewhere', WEBHOOK_URL: 'http://127.0.0.1:1/' })).toContain(
    'STRIPE_WEBHOOK_SECRET is missing',
  );
});
