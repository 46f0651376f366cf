import { expect, test } from '@jest/globals';
import type { Api } from './api/api.ts';
import { payOrder } from './pay-order.ts';

const answering = (...statuses: readonly number[]) => {
  let calls = 0;
  const api: Api = {
    send: async (schema) => {
      const status = statuses[Math.min(calls++, statuses.length - 1)] ?? 0;
      return status === 201
        ? { ok: true, data: schema.parse({ id: 'c1' }), header: () => undefined, sentAt: 0, receivedAt: 0 }
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
  [400, { kind: 'refused', message: 'Your card was declined.' }],
  [401, { kind: 'signed-out' }],
  [409, { kind: 'in-flight' }],
  [429, { kind: 'refused', message: 'Too many tries. Please wait 30 seconds and try again.' }],
  [500, { kind: 'unknown' }],
  [503, { kind: 'unknown' }],
  [0, { kind: 'unknown' }],
])('When payments answers %d, then the outcome is %j, after one request', async (status, outcome) => {
  const { deps, calls } = answering(status);
  expect(await payOrder(deps, payment)).toEqual(outcome);
  expect(calls()).toBe(1);
});

test('When payments has not heard of the order yet, then it is asked again quietly', async () => {
  const { deps, waited } = answering(404, 404, 201);
  expect(await payOrder(deps, payment)).toEqual({ kind: 'accepted' });
  expect(waited()).toBe(500);
});

test('When payments never hears of the order, then the buyer is told after 2 s', async () => {
  const { deps, waited } = answering(404);
  expect(await payOrder(deps, payment)).toMatchObject({ message: expect.stringMatching(/still being prepared/) });
  expect(waited()).toBe(2_000);
});
