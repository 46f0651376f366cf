import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf } from '@ticketing/common/event-id';
import { orderCancelled, orderCreated, orderUpdated } from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import { openPayments, type PaymentsUnderTest } from '../test/harness.ts';

let payments: PaymentsUnderTest;

beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments.close());

test('When the events of an order arrive twice and out of order, then its newest state is kept', async () => {
  const { system } = payments;
  const created = newOrder();
  const awaiting = { ...created, version: 1, status: 'awaiting:payment' as const };
  const cancelled = { ...created, version: 2, status: 'cancelled' as const, reason: 'by_buyer' as const };
  await system.publish(orderCancelled, cancelled);
  await system.eventually(async () => {
    expect((await payments.stored(created.id))?.order).toMatchObject({ status: 'cancelled' });
  });
  await system.publish(orderUpdated, awaiting);
  await system.publish(orderCreated, created);
  await system.publish(orderCancelled, cancelled);
  // Handled after the events above, since the same subscriptions receive it later.
  const later = await payments.payable();
  expect((await payments.pay(later.id)).status).toBe(201);
  expect(await payments.stored(created.id)).toMatchObject({ order: { status: 'cancelled', version: 2 } });
  expect((await payments.pay(created.id)).status).toBe(400);
});

test('When an earlier release has made an order, then its copy names the event, also a copy of that release once it is paid', async () => {
  const order = await payments.payable();
  const eventId = eventIdOf(order.ticket);
  expect((await payments.stored(order.id))?.order).toMatchObject({ eventId });
  await payments.pay(order.id);
  await payments.system
    .collection<{ _id: string }>('payments')
    .updateOne({ _id: order.id }, { $unset: { 'order.eventId': true } });
  await payments.startReplica();
  await payments.system.eventually(async () => {
    expect((await payments.stored(order.id))?.order).toMatchObject({ eventId });
  });
});

test('When an order awaits payment before its creation is handled, then that writes nothing', async () => {
  const { system } = payments;
  const created = newOrder();
  const awaiting = { ...created, version: 1, status: 'awaiting:payment' as const };
  await system.publish(orderUpdated, awaiting);
  await system.eventually(async () => expect(await payments.stored(created.id)).toMatchObject({ order: awaiting }));
  // So that a write would make it again.
  await system.collection<{ _id: string }>('payments').deleteOne({ _id: created.id });
  await system.publish(orderCreated, created);
  const next = newOrder();
  await system.publish(orderCreated, next);
  await system.eventually(async () => expect(await payments.stored(next.id)).not.toBeNull());
  expect(await payments.stored(created.id)).toBeNull();
});

test('When the buyer reports a problem with a complete order, then the charge has it, however late older events come', async () => {
  const order = await payments.payable();
  await payments.pay(order.id);
  const complete = { ...order, version: order.version + 1, status: 'complete' as const };
  await payments.system.publish(orderUpdated, complete);
  const problemAt = '2030-01-01T10:00:00.000Z';
  const reported = { ...complete, version: complete.version + 1, problemAt };
  const event = await payments.system.publish(orderUpdated, reported);
  const untilCopied = () =>
    payments.system.eventually(async () => {
      expect(await payments.stored(order.id)).toMatchObject({
        status: 'completed',
        order: { problemAt, status: 'complete', version: reported.version },
      });
    });
  await untilCopied();
  await payments.system.publish(orderUpdated, order);
  await payments.system.publish(orderUpdated, complete);
  await payments.system.send(event.type, event);
  await payments.payable();
  await untilCopied();
  expect((await payments.pay(order.id)).status).toBe(201);
});

test('When a message is not an order, then it becomes a dead letter and blocks no other', async () => {
  await payments.system.send('order.updated', { nonsense: true });
  const order = await payments.payable();
  expect((await payments.pay(order.id)).status).toBe(201);
  await payments.system.eventually(async () => {
    expect(await payments.system.collection('dead-letters').countDocuments({ subject: 'order.updated' })).toBe(1);
  });
});
