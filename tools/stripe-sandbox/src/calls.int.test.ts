import { expect, test } from '@jest/globals';
import { createCallLog } from './call-log.ts';
import { useSandbox } from './test/harness.ts';

test('When the API is called, then the list has the calls, newest first, refused ones too, and no others', async () => {
  const sandbox = await useSandbox();
  const calls = async (): Promise<unknown> => (await fetch(`${sandbox.url}/sandbox/calls`)).json();
  expect(await calls()).toEqual([]);
  await sandbox.stripe.paymentIntents.create({ amount: 1999, currency: 'usd' }, { idempotencyKey: 'k1' });
  await fetch(`${sandbox.url}/v1/charges?limit=3`);
  await fetch(`${sandbox.url}/v1/nothing`);
  await fetch(`${sandbox.url}/healthz`);
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(await calls()).toEqual([
    { at, method: 'GET', path: '/v1/nothing' },
    { at, method: 'GET', path: '/v1/charges' },
    { at, method: 'POST', path: '/v1/payment_intents', idempotencyKey: 'k1' },
  ]);
});

test('When more than 1,000 calls come, then the last 1,000 are listed', () => {
  const calls = createCallLog(() => new Date(0));
  for (let i = 0; i < 1_005; i += 1) calls.add({ method: 'GET', path: `/v1/${i}`, idempotencyKey: undefined });
  expect(calls.list()).toHaveLength(1_000);
  expect(calls.list().at(-1)?.path).toBe('/v1/5');
});
