import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ env: { RATE_LIMITS: 'on' } });
});
afterAll(() => payments.close());

/** Quickly refused, and counted all the same. */
const attempt = (userId: string, address: string) =>
  payments.request('POST', '/api/payments', {
    body: JSON.stringify({ orderId: 'no-id', token: 'tok_visa' }),
    headers: { ...payments.system.as(userId), 'Content-Type': 'application/json', 'X-Forwarded-For': address },
  });

const many = (count: number, one: (index: number) => ReturnType<typeof attempt>) =>
  Promise.all(Array.from({ length: count }, (_, index) => one(index)));

const limited = (responses: readonly { readonly status: number }[]) =>
  responses.filter(({ status }) => status === 429).length;

// Users and addresses of this run only: the counters are in a Redis that is shared.
const run = newId();
const address = (last: number) => `2001:db8:${run.slice(0, 4)}:${run.slice(4, 6)}00:${last.toString(16)}::1`;

test('When one account pays again and again from many addresses, then it is limited', async () => {
  const responses = await many(33, () =>
    attempt(`buyer-${run}`, `198.51.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`),
  );
  expect(limited(responses)).toBe(3);
});

test('When many accounts pay from one address, then it is limited', async () => {
  const responses = await many(63, (index) => attempt(`buyer-${index}-${run}`, address(1)));
  expect(limited(responses)).toBe(3);
  expect(responses.find(({ status }) => status === 429)?.body).toEqual({
    errors: [{ message: 'Too many requests, please try again later' }],
  });
});

test('When one account downloads receipts again and again, then it is limited, and its other reads are not', async () => {
  const userId = newId();
  const read = (path: string) =>
    payments.request('GET', `/api/payments/${newId()}${path}`, {
      headers: { ...payments.system.as(userId), 'X-Forwarded-For': address(2) },
    });
  expect(limited(await many(22, () => read('/receipt')))).toBe(2);
  expect(limited(await many(22, () => read('')))).toBe(0);
});

test('When one account reads the summary of its sales 121 times in a minute, then the last is refused, and its other reads are not', async () => {
  const userId = newId();
  const read = (path: string) =>
    payments.request('GET', path, { headers: { ...payments.system.as(userId), 'X-Forwarded-For': address(3) } });
  expect(limited(await many(120, () => read('/api/payments/sales/summary')))).toBe(0);
  expect(await read('/api/payments/sales/summary')).toMatchObject({ status: 429 });
  expect(await read('/api/payments/sales')).toMatchObject({ status: 200 });
});
