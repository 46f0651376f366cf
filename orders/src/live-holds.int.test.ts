import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import supertest from 'supertest';
import type { OrderDocument } from './models/open-models.ts';
import { openHarness, type OrdersHarness, type OrderView } from './test/harness.ts';

const limit = 3;
const refused = { errors: [{ message: `You already hold ${limit} tickets` }] };

let orders: OrdersHarness;
/** Two replicas of the same configuration. */
let replicas: readonly ReturnType<typeof supertest>[];

beforeAll(async () => {
  orders = await openHarness({ MAX_LIVE_HOLDS: String(limit) });
  replicas = [orders.api, supertest((await orders.startReplica()).url)];
});
afterAll(() => orders.system.close());

const documents = () => orders.system.collection<OrderDocument>('orders');

const orderAt = (replica: number, userId: string, ticketId: string) =>
  (replicas[replica % replicas.length] ?? orders.api)
    .post('/api/orders')
    .set(orders.system.as(userId))
    .send({ ticketId });

const heldBy = (userId: string) =>
  documents()
    .find({ userId, status: { $in: ['created', 'awaiting:payment'] } })
    .toArray();

const listMany = (count: number) => Promise.all(Array.from({ length: count }, () => orders.listed()));

test('When an account orders many tickets at once at two replicas, then it gets as many as the limit and the rest is refused', async () => {
  for (const userId of ['hoarder-1', 'hoarder-2', 'hoarder-3']) {
    const tickets = await listMany(20);
    const responses = await Promise.all(tickets.map(({ id }, index) => orderAt(index, userId, id)));
    const made = responses.filter(({ status }) => status === 201);
    expect(made).toHaveLength(limit);
    for (const { status, body } of responses) {
      if (status !== 201) expect([status, body]).toEqual([400, refused]);
    }
    const held = await heldBy(userId);
    expect(held).toHaveLength(limit);
    expect(new Set(held.map(({ _id }) => _id))).toEqual(new Set(made.map(({ body }) => body.id)));
    expect(new Set(held.map(({ slot }) => slot))).toEqual(new Set([0, 1, 2]));
  }
});

test('When all slots but one are taken, then an order finds the free one, whichever it is', async () => {
  const userId = 'finder';
  const held: OrderView[] = [];
  for (let count = 0; count < limit; count += 1) held.push(await orders.ordered({ userId }));
  for (let turn = 0; turn < 4 * limit; turn += 1) {
    const [ended] = held.splice(turn % limit, 1);
    await orders.delete(ended?.id ?? '', userId).expect(204);
    held.push(await orders.ordered({ userId }));
    expect(new Set((await heldBy(userId)).map(({ slot }) => slot))).toEqual(new Set([0, 1, 2]));
  }
});

test.each(['complete', 'cancelled'] as const)('When an order is %s, then its slot is free', async (status) => {
  const userId = `frees-${status}`;
  await orders.ordered({ userId, status });
  for (let count = 0; count < limit; count += 1) await orders.ordered({ userId, status: 'awaiting:payment' });
  const { id } = await orders.listed();
  const response = await orders.post({ ticketId: id }, userId);
  expect([response.status, response.body]).toEqual([400, refused]);
});

test('When an overdue order awaits the answer of payments, then its slot is taken until it has ended', async () => {
  const userId = 'overdue';
  const [first] = [
    await orders.ordered({ userId, status: 'awaiting:payment' }),
    await orders.ordered({ userId }),
    await orders.ordered({ userId }),
  ];
  await documents().updateOne({ _id: first.id }, { $set: { expiresAt: new Date(orders.system.clock.now()) } });
  await orders.expired(first);
  await orders.system.eventually(async () => expect((await orders.stored(first.id)).closing).toBe('expired'));
  const { id } = await orders.listed();
  expect((await orders.post({ ticketId: id }, userId)).body).toEqual(refused);
  await orders.closed(first);
  await orders.until(first, { status: 'cancelled' });
  await orders.post({ ticketId: id }, userId).expect(201);
});

test('When the limit is lowered, then holds above it stay, and new ones wait until there is room below it', async () => {
  const userId = 'lowered';
  const held = [await orders.ordered({ userId }), await orders.ordered({ userId }), await orders.ordered({ userId })];
  const lower = supertest((await orders.startReplica({ MAX_LIVE_HOLDS: '1' })).url);
  const { id } = await orders.listed();
  const send = () => lower.post('/api/orders').set(orders.system.as(userId)).send({ ticketId: id });
  expect((await send()).body).toEqual({ errors: [{ message: 'You already hold 1 tickets' }] });
  expect(await heldBy(userId)).toHaveLength(3);
  for (const order of held) if ((await orders.stored(order.id)).slot === 0) await orders.delete(order.id, userId);
  await send().expect(201);
});

test('When a ticket is held and the account has no slot left, then the buyer reads that the ticket is reserved', async () => {
  const taken = await orders.ordered({ userId: 'first' });
  // The copy does not name its holder yet, so the index decides.
  for (let count = 0; count < limit; count += 1) await orders.ordered({ userId: 'full' });
  const response = await orders.post({ ticketId: taken.ticket.id }, 'full');
  expect(response.body).toEqual({ errors: [{ message: 'Ticket is already reserved' }] });
});

/** What a replica of the release before stores, and what it leaves when it cancels an order. */
test('When the release before has written orders, then the live ones keep their tickets and the cancelled ones do not', async () => {
  const [live, cancelled] = [await orders.ordered(), await orders.ordered({ status: 'cancelled' })];
  const old = await orders.stored((await orders.ordered()).id);
  await documents().deleteOne({ _id: old._id });
  const { slot: _slot, keepsTicket: _keepsTicket, ...inserted } = { ...old, _id: newId(), outbox: [] };
  await documents().insertOne(inserted);
  await documents().updateOne({ _id: cancelled.id }, { $set: { keepsTicket: true } });
  const newer = await orders.ordered({ status: 'complete' });
  const ofNextRelease = orders.system.collection<{ _id: string; status: string; reason: string }>('orders');
  await ofNextRelease.updateOne({ _id: newer.id }, { $set: { status: 'cancelled', reason: 'not_delivered' } });
  const reserved = { errors: [{ message: 'Ticket is already reserved' }] };
  expect((await orders.post({ ticketId: inserted.ticket.id }, 'next')).body).toEqual(reserved);
  await orders.system.eventually(async () => {
    const kept = await Promise.all([live.id, cancelled.id, inserted._id].map((id) => orders.stored(id)));
    expect(kept.map(({ keepsTicket }) => keepsTicket)).toEqual([true, undefined, true]);
  });
  expect((await orders.stored(newer.id)).keepsTicket).toBe(true);
  await orders.post({ ticketId: cancelled.ticket.id }, 'next').expect(201);
  expect((await orders.post({ ticketId: inserted.ticket.id }, 'next')).body).toEqual(reserved);
});

test('When a ticket is sold, then nobody can order it again, also while its copy says that it is free', async () => {
  const sold = await orders.ordered({ userId: 'owner', status: 'complete' });
  const { ticket } = (await orders.system.collection<{ _id: string; ticket: object }>('tickets').findOne({
    _id: sold.ticket.id,
  })) ?? { ticket: {} };
  const free = Object.fromEntries(Object.entries(ticket).filter(([name]) => name !== 'orderId'));
  await orders.system
    .collection<{ _id: string }>('tickets')
    .updateOne({ _id: sold.ticket.id }, { $set: { ticket: free } });
  // The index of the release before would refuse it too.
  await orders.system.collection('orders').dropIndex('one_live_order_per_ticket');
  const response = await orders.post({ ticketId: sold.ticket.id }, 'late');
  expect([response.status, response.body]).toEqual([400, { errors: [{ message: 'Ticket is already reserved' }] }]);
});
