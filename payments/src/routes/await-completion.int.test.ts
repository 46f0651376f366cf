import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderUpdated, type OrderState } from '@ticketing/common/events';
import { openPayments, type HttpResponse, type PaymentsUnderTest } from '../test/harness.ts';

// Requests wait for a minute here, so that what ends a wait is not its time.

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments({ completionMs: 60_000 });
});
afterAll(() => payments.close());

/** A request whose charge is completed, and which is not responded to yet. */
const paying = async (order: OrderState): Promise<{ readonly response: Promise<HttpResponse> }> => {
  const state = { isDone: false };
  const response = payments.pay(order.id).finally(() => {
    state.isDone = true;
  });
  await payments.system.eventually(() => expect(payments.updates(order.id)).toHaveLength(1));
  expect(state.isDone).toBe(false);
  return { response };
};
const paid = ({ id }: OrderState): HttpResponse => ({ status: 201, body: { id } });

test.each([
  ['complete', orderUpdated, { status: 'complete', completedAt: new Date().toISOString() }],
  ['cancelled', orderCancelled, { status: 'cancelled', reason: 'refunded' }],
] as const)(
  'When the order of a payment becomes %s, then the request that has paid is responded to',
  async (_, event, state) => {
    const order = await payments.payable();
    const { response } = await paying(order);
    await payments.system.publish(event, { ...order, ...state, version: order.version + 1 });
    expect(await response).toEqual(paid(order));
  },
);

test('When the order is not complete in time, then the response is the same', async () => {
  const { url } = await payments.startReplica({ completionMs: 50 });
  const order = await payments.payable();
  expect(await payments.pay(order.id, 'tok_visa', { url })).toEqual(paid(order));
});

test('When the order is paid already, then a repeat does not wait', async () => {
  const { url } = await payments.startReplica({ completionMs: 50 });
  const order = await payments.payable();
  await payments.pay(order.id, 'tok_visa', { url });
  expect(await payments.pay(order.id)).toEqual(paid(order));
});
