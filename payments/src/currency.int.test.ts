import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPayments, type PaymentsUnderTest } from './test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ env: { CURRENCY: 'jpy' } });
});
afterAll(() => payments.close());

test.each([
  ['says that it is in euros', { currency: 'eur' }, 'eur'],
  ['was made by a release without currencies', {}, 'jpy'],
])('When an order %s, then it is charged and refunded in its currency', async (_, changes, currency) => {
  const order = await payments.payable({ price: 2500, ...changes });
  expect(await payments.pay(order.id)).toMatchObject({ status: 201 });
  expect(await payments.sandbox.paid(order.id)).toMatchObject([{ amount: 2500, currency }]);
  expect((await payments.get(order.id)).body).toMatchObject({ amount: 2500, currency, status: 'completed' });
  await payments.cancel(order);
  await payments.system.eventually(async () => {
    expect(await payments.sandbox.refunds(order.id)).toMatchObject([{ amount: 2500, currency }]);
    expect(payments.updates(order.id).at(-1)).toMatchObject({ amount: 2500, currency, status: 'refunded' });
  });
});

test('When the database has payments in another currency, then the service does not start and says why', async () => {
  await expect(payments.startReplica({ env: { CURRENCY: 'usd' } })).rejects.toThrow(
    'CURRENCY is usd, but the database holds prices in jpy',
  );
});
