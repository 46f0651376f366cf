import { expect, test } from '@jest/globals';
import { documentedBy, implementedBy, toOpenApi } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { routes } from './app.ts';
import { paymentsEnv, readConfig } from './config.ts';
import { charges } from './models/payment.ts';

const service = new URL('../', import.meta.url);

test('When the service changes, then the tables of its README change with it', async () => {
  expect(await documentedBy(service)).toEqual(
    await implementedBy(service, { routes, env: paymentsEnv, aggregates: [charges] }),
  );
});

test('When a route changes, then openapi.yaml has been written again by `npm run openapi`', async () => {
  expect(await readFile(new URL('openapi.yaml', service), 'utf8')).toBe(await toOpenApi(service, routes));
});

const readWrong = () => readConfig({ JWT_KEY: 'short', STRIPE_HOST: 'nowhere', PAYMENT_ATTEMPTS: '0' });

test('When settings are missing or malformed, then every one of them is named and no secret is repeated', () => {
  for (const name of ['MONGO_URL', 'NATS_URL', 'REDIS_URL', 'JWT_KEY', 'STRIPE_KEY', 'STRIPE_WEBHOOK_SECRET']) {
    expect(readWrong).toThrow(name);
  }
  expect(readWrong).toThrow(/STRIPE_HOST must/);
  expect(readWrong).toThrow(/PAYMENT_ATTEMPTS must/);
  expect(readWrong).not.toThrow(/short|nowhere/);
});
