import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from '../../test/harness.ts';
import { openRelay, type Relay } from '../../test/relay.ts';

let payments: PaymentsUnderTest;
let relay: Relay;
/** The idempotency key that Stripe has stored a server error for. */
let broken: string | undefined;

beforeAll(async () => {
  relay = await openRelay(async ({ method, path, headers, body }) => {
    const key = headers['idempotency-key'];
    if (path === '/v1/refunds' && typeof key === 'string') {
      broken ??= key;
      const error = { type: 'api_error', message: 'An unknown error occurred' };
      if (key === broken) return Response.json({ error }, { status: 500 });
    }
    return fetch(`${payments.sandbox.url}${path}`, {
      method,
      headers: {
        Authorization: String(headers.authorization),
        'Content-Type': 'application/x-www-form-urlencoded',
        ...(key === undefined ? {} : { 'Idempotency-Key': String(key) }),
      },
      ...(body === '' ? {} : { body }),
    });
  });
  payments = await openPayments({ timeoutMs: 4_000, env: { STRIPE_HOST: relay.url } });
});
afterAll(async () => {
  await payments.close();
  relay.close();
});

test('When Stripe repeats a server error under the key of a refund, then the next try has another key', async () => {
  const order = await payments.payable();
  expect((await payments.pay(order.id)).status).toBe(201);
  await payments.cancel(order);
  await payments.system.eventually(async () =>
    expect(await payments.stored(order.id)).toMatchObject({ status: 'refunded' }),
  );
  expect(await payments.sandbox.refunds(order.id)).toHaveLength(1);
  expect(broken).toBe(`refund:${order.id}`);
});
