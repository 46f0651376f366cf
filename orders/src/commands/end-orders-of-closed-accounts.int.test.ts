import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderUpdated, userClosed, userUpdated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import type { OrderDocument } from '../models/open-models.ts';
import { unpaidOrdersOf } from './end-orders-of-closed-accounts.ts';
import { openHarness, type OrdersHarness } from '../test/harness.ts';

let orders: OrdersHarness;

beforeAll(async () => {
  orders = await openHarness();
});
afterAll(() => orders.system.close());

const documents = () => orders.system.collection<OrderDocument>('orders');
const close = (userId: string) => orders.system.publish(userClosed, { id: userId, version: 1 });
const closed = async (): Promise<string> => {
  const userId = newId();
  const order = await orders.ordered({ userId });
  await close(userId);
  await orders.until(order, { status: 'cancelled' });
  return userId;
};

test('When an account is closed, then its hold that was never payable is cancelled, and orders of others stay', async () => {
  const userId = newId();
  const [own, foreign] = [await orders.ordered({ userId }), await orders.ordered()];
  const event = await close(userId);
  await orders.system.send(event.type, event);
  await orders.until(own, { status: 'cancelled', reason: 'account_closed', version: 1 });
  await closed();
  expect(await orders.stored(own.id)).toMatchObject({ version: 1 });
  expect(await orders.stored(foreign.id)).toMatchObject({ status: 'created', version: 0 });
  await orders.system.eventually(() => {
    expect(orders.moves(own.id)).toEqual([expect.objectContaining({ status: 'cancelled', reason: 'account_closed' })]);
  });
});

test('When an account is closed during a hold, then payments is asked, and its answer cancels the order for that reason', async () => {
  const userId = newId();
  const order = await orders.ordered({ userId, status: 'awaiting:payment' });
  await close(userId);
  await orders.until(order, { status: 'awaiting:payment', version: 2 });
  await orders.system.eventually(() => {
    const asked = orders.system.events(orderUpdated).filter(({ data }) => data.id === order.id);
    expect(asked.map(({ data }) => data.closing)).toEqual([undefined, 'account_closed']);
  });
  await orders.closed(order);
  await orders.until(order, { status: 'cancelled', reason: 'account_closed', version: 3 });
});

test('When an account is suspended, then its hold is cancelled, and a new order is none; once it is reinstated, it may order', async () => {
  const userId = newId();
  const order = await orders.ordered({ userId });
  const suspendedAt = new Date().toISOString();
  await orders.system.publish(userUpdated, { id: userId, version: 1, suspendedAt });
  await orders.until(order, { status: 'cancelled', reason: 'account_closed' });
  const { id: ticketId } = await orders.listed();
  expect((await orders.post({ ticketId }, userId)).status).toBe(401);
  const reinstatedAt = new Date(Date.parse(suspendedAt) + 1).toISOString();
  await orders.system.publish(userUpdated, { id: userId, version: 2, suspendedAt, reinstatedAt });
  await orders.system.eventually(async () => {
    expect((await orders.post({ ticketId }, userId)).status).toBe(201);
  });
});

test('When the hold of a closed account turns out to be paid, then the order completes', async () => {
  const userId = newId();
  const order = await orders.ordered({ userId, status: 'awaiting:payment' });
  await close(userId);
  await orders.until(order, { version: 2 });
  await orders.charged(order, 'completed');
  await orders.until(order, { status: 'complete', version: 3 });
});

test('When a closed account has a paid order or one that is closing already, then those stay as they are', async () => {
  const userId = newId();
  const paid = await orders.ordered({ userId, status: 'complete' });
  const overdue = await orders.ordered({ userId, status: 'awaiting:payment' });
  orders.system.clock.advance(Date.parse(overdue.expiresAt) - orders.system.clock.now().getTime());
  await orders.expired(overdue);
  await orders.until(overdue, { version: 2 });
  await close(userId);
  await closed();
  expect(await orders.stored(paid.id)).toMatchObject({ status: 'complete', version: 2 });
  expect(await orders.stored(overdue.id)).toMatchObject({ status: 'awaiting:payment', closing: 'expired', version: 2 });
});

test('When an order is made by a request of an account that is closed already, then it is refused and ended', async () => {
  const userId = await closed();
  const ticket = await orders.listed();
  const response = await orders.post({ ticketId: ticket.id }, userId);
  expect(response.status).toBe(401);
  const [made] = await documents().find({ 'ticket.id': ticket.id }).toArray();
  expect(made).toMatchObject({ status: 'cancelled', reason: 'account_closed' });
});

test('When a process dies between an order and its look at closed accounts, then the order is ended all the same', async () => {
  const userId = await closed();
  const copy = await orders.stored((await orders.ordered()).id);
  const late = { ...copy, _id: newId(), userId, ticket: { ...copy.ticket, id: newId() }, outbox: [] };
  await documents().insertOne(late);
  await orders.until({ id: late._id }, { status: 'cancelled', reason: 'account_closed' });
});

test('When unpaid orders of closed accounts are looked for, then an index that holds only unpaid ones finds them', async () => {
  const { queryPlanner } = await documents()
    .find(unpaidOrdersOf(['a', 'b']))
    .explain('queryPlanner');
  expect(JSON.stringify(queryPlanner.winningPlan)).toContain('one_unpaid_order_per_slot');
});
