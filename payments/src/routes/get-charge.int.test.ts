import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

const errors = (message: string) => ({ errors: [{ message }] });

test('When no attempt to pay was made, then the response is 404', async () => {
  const order = await payments.payable();
  expect(await payments.get(order.id)).toEqual({
    status: 404,
    body: errors('Nothing has been paid for this order yet'),
  });
});

test.each([newId(), 'no-id', '%00', 'webhook'])('When no order has the id %s, then the response is 404', async (id) => {
  expect(await payments.get(id)).toEqual({ status: 404, body: errors('Order not found') });
});

test("When the order is another user's, then the response is 401, with a charge or without", async () => {
  const order = await payments.payable();
  expect(await payments.get(order.id, 'other')).toEqual({ status: 401, body: errors('Not authorized') });
  await payments.pay(order.id);
  expect(await payments.get(order.id, 'other')).toEqual({ status: 401, body: errors('Not authorized') });
});

test('When nobody is signed in, then the response is 401', async () => {
  expect(await payments.request('GET', `/api/payments/${newId()}`)).toEqual({
    status: 401,
    body: errors('Not authorized'),
  });
});

test('When a charge was stored under the field names of an earlier release, then a new replica renames them', async () => {
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_chargeDeclined');
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $rename: { declines: 'attempts', lastAttemptNumber: 'tries' } });
  await payments.startReplica();
  expect((await payments.get(order.id)).body).toMatchObject({ status: 'created', attempts: 1 });
  expect((await payments.pay(order.id)).status).toBe(201);
  expect(await payments.stored(order.id)).toMatchObject({ declines: 1, lastAttemptNumber: 2 });
});
