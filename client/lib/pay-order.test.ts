import { expect, test } from '@jest/globals';
import type { Api } from './api/api.ts';
import { payOrder } from './pay-order.ts';

const payingApi = (...statuses: readonly number[]) => {
  let calls = 0;
  const api: Api = {
    send: async (schema) => {
      const status = statuses[Math.min(calls++, statuses.length - 1)] ?? 0;
      const data = status === 202 ? { id: 'c1', nextAction: { url: 'https://bank.example' } } : { id: 'c1' };
      return status === 201 || status === 202
        ? { ok: true, data: schema.parse(data), header: () => undefined, sentAt: 0, receivedAt: 0 }
        : { ok: false, failure: { status, errors: [{ message: 'Your card was declined.' }], retryAfter: 30 } };
    },
  };
  let waited = 0;
  const deps = {
    api,
    wait: async (ms: number) => {
      waited += ms;
    },
  };
  return { deps, calls: () => calls, waited: () => waited };
};

const payment = { orderId: 'o1', token: 'pm_1' };

test.each([
  [201, { kind: 'accepted' }],
  [202, { kind: 'bank', url: 'https://bank.example' }],
  [400, { kind: 'refused', message: 'Your card was declined.' }],
  [401, { kind: 'signed-out' }],
  [409, { kind: 'in-flight' }],
  [429, { kind: 'refused', message: 'Too many attempts. Please wait 30 seconds and try again.' }],
  [500, { kind: 'unknown' }],
  [503, { kind: 'unknown' }],
  [0, { kind: 'unknown' }],
])('When the payments service returns %d, then the outcome is %j after one request', async (status, outcome) => {
  const { deps, calls } = payingApi(status);
  expect(await payOrder(deps, payment)).toEqual(outcome);
  expect(calls()).toBe(1);
});

test('When the payments service has no copy of the order yet, then the request is retried', async () => {
  const { deps, waited } = payingApi(404, 404, 201);
  expect(await payOrder(deps, payment)).toEqual({ kind: 'accepted' });
  expect(waited()).toBe(500);
});

test('When the payments service never gets the order, then the payment is refused after 2 s', async () => {
  const { deps, waited } = payingApi(404);
  expect(await payOrder(deps, payment)).toMatchObject({ message: expect.stringMatching(/still being prepared/) });
  expect(waited()).toBe(2_000);
});
