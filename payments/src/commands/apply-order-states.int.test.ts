import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderCreated, orderUpdated } from '@ticketing/common/events';
import { openPayments, orderState, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

test('When the events of an order come twice and in the wrong order, then its newest state counts', async () => {
  const { system } = payments;
  const created = orderState();
  const awaiting = { ...created, version: 1, status: 'awaiting:payment' as const };
  const cancelled = { ...created, version: 2, status: 'cancelled' as const, reason: 'by_buyer' as const };
  await system.publish(orderCancelled, cancelled);
  await system.eventually(async () => {
    expect((await payments.stored(created.id))?.order).toMatchObject({ status: 'cancelled' });
  });
  await system.publish(orderUpdated, awaiting);
  await system.publish(orderCreated, created);
  await system.publish(orderCancelled, cancelled);
  // What is published after them to the same listeners comes after them.
  const later = await payments.payable();
  expect((await payments.pay(later.id)).status).toBe(201);
  expect(await payments.stored(created.id)).toMatchObject({ order: { status: 'cancelled', version: 2 } });
  expect((await payments.pay(created.id)).status).toBe(400);
});

test('When a message is no order, then it is set aside and blocks nothing', async () => {
  await payments.system.send('order.updated', { nonsense: true });
  const order = await payments.payable();
  expect((await payments.pay(order.id)).status).toBe(201);
  await payments.system.eventually(async () => {
    expect(await payments.system.collection('dead-letters').countDocuments({ subject: 'order.updated' })).toBe(1);
  });
});
