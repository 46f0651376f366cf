import { eventIdOf } from '@ticketing/common/event-id';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

const reserved = { errors: [{ message: 'Cannot edit a reserved ticket' }] };
const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

const details = {
  category: 'concerts',
  venue: 'Arena',
  city: 'Zürich',
  startsAt: '2030-05-01T20:00:00.000Z',
  timeZone: 'Europe/Zurich',
  section: 'B',
  row: '12',
  seat: '7',
  description: 'With a view.',
};
const cleared = {
  category: null,
  venue: null,
  city: null,
  startsAt: null,
  timeZone: null,
  section: null,
  row: null,
  seat: null,
  description: null,
};

test('When the owner edits title and price, then version and revision grow by one and the change is published', async () => {
  const ticket = await tickets.list(details);
  const response = await tickets.put(ticket.id, { title: 'Semi-final', price: 25.5 });
  expect(response.status).toBe(200);
  const eventId = eventIdOf({ ...details, title: 'Semi-final' });
  expect(response.body).toEqual({ ...ticket, version: 1, title: 'Semi-final', price: 25.5, eventId });
  expect(eventId).not.toBe(ticket.eventId);
  expect(await tickets.get(ticket.id)).toEqual(response.body);
  const { description: _, ...published } = details;
  await tickets.system.eventually(() => {
    expect(tickets.updates(ticket.id)).toEqual([
      {
        id: ticket.id,
        version: 1,
        revision: 1,
        lastEdit: { revision: 1, version: 1 },
        title: 'Semi-final',
        price: 2550,
        currency: 'usd',
        userId: 'seller',
        eventId: expect.any(String),
        delivery: 'by_seller',
        ...published,
      },
    ]);
  });
});

test('When an edit changes nothing, then version and revision stay and nothing is published', async () => {
  const ticket = await tickets.list(details);
  const repeated = { title: 'Final', price: 19.99, ...details, startsAt: '2030-05-01T22:00:00+02:00' };
  for (const body of [repeated, { title: 'Final', price: 19.99 }, { title: ' Final ', price: 19.99 }]) {
    const response = await tickets.put(ticket.id, body);
    expect(response.status).toBe(200);
    expect(response.body).toEqual(ticket);
  }
  const stored = await tickets.stored(ticket.id);
  expect(stored).toMatchObject({ version: 0, revision: 0 });
  expect(stored.outbox.filter(({ type }) => type === 'ticket.updated')).toEqual([]);
});

test('When a detail is null, then it is cleared; when it is left out, then it stays', async () => {
  const ticket = await tickets.list(details);
  const one = await tickets.put(ticket.id, { title: 'Final', price: 19.99, venue: null, row: '13' });
  const { venue: _, ...others } = details;
  expect(one.body).toEqual({
    id: ticket.id,
    version: 1,
    title: 'Final',
    price: 19.99,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
    ...others,
    row: '13',
  });
  expect(one.body.eventId).toBe(eventIdOf({ title: 'Final', ...others }));
  const all = await tickets.put(ticket.id, { title: 'Final', price: 19.99, ...cleared });
  expect(all.body).toEqual({
    id: ticket.id,
    version: 2,
    title: 'Final',
    price: 19.99,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
  });
  const again = await tickets.put(ticket.id, { title: 'Final', price: 19.99, ...cleared });
  expect(again.body).toEqual(all.body);
});

test('When the city is edited, then the ticket is found under the new city only', async () => {
  const ticket = await tickets.list({ city: 'Old Town' });
  const found = async (city: string) =>
    (await tickets.api.get('/api/tickets').query({ city })).body.map(({ id }: { id: string }) => id);
  await tickets.put(ticket.id, { title: 'Final', price: 19.99, city: 'New Town' });
  expect([await found('old town'), await found('new town')]).toEqual([[], [ticket.id]]);
  await tickets.put(ticket.id, { title: 'Final', price: 19.99, city: null });
  expect(await found('new town')).toEqual([]);
});

test('When a text looks like a MongoDB expression or operator, then it is stored as text', async () => {
  const ticket = await tickets.list({ title: '$userId', description: '{"$gt":""}' });
  expect(ticket).toMatchObject({ title: '$userId', description: '{"$gt":""}' });
  const edit = { title: '$price', venue: '$$ROOT', city: '$title', description: '{"$literal":"$price"}', seat: '$1' };
  const response = await tickets.put(ticket.id, { ...edit, price: 19.99 });
  expect(response.body).toMatchObject(edit);
  expect(await tickets.get(ticket.id)).toEqual(response.body);
  await tickets.system.eventually(() => {
    const { description: _, ...published } = edit;
    expect(tickets.updates(ticket.id)).toEqual([expect.objectContaining({ ...published, price: 1999 })]);
  });
});

test.each([
  ['title', { title: '' }],
  ['title', { title: ' ' }],
  ['title', { title: undefined }],
  ['title', { title: { $gt: '' } }],
  ['price', { price: undefined }],
  ['price', { price: 0 }],
  ['price', { price: 0.49 }],
  ['price', { price: 10.005 }],
  ['price', { price: '20' }],
  ['price', { price: null }],
  ['category', { category: 'cars' }],
  ['startsAt', { startsAt: 'soon' }],
  ['startsAt', { startsAt: '2026-01-01T20:00:00Z' }],
  ['timeZone', { timeZone: '+02:00' }],
  ['venue', { venue: '' }],
  ['venue', { venue: { $set: 'x' } }],
  ['description', { description: 'x'.repeat(5_001) }],
])('When %s is wrong (case %#), then the response is 400, names it, and nothing changes', async (field, broken) => {
  const ticket = await tickets.list();
  const response = await tickets.put(ticket.id, { title: 'Other', price: 20, ...broken });
  expect(response.status).toBe(400);
  expect(response.body.errors).toContainEqual({ message: expect.any(String), field });
  expect(await tickets.get(ticket.id)).toEqual(ticket);
});

test('When the event has begun, then an edit that leaves its start unchanged is accepted, and another start is not', async () => {
  const startsAt = '2026-01-01T20:00:00.000Z';
  const ticket = await tickets.list();
  const stored = tickets.system.collection<{ _id: string; startsAt?: Date }>('tickets');
  await stored.updateOne({ _id: ticket.id }, { $set: { startsAt: new Date(startsAt) } });
  const same = await tickets.put(ticket.id, { title: 'Final', price: 18, startsAt: '2026-01-01T21:00:00+01:00' });
  expect([same.status, same.body.startsAt, same.body.price]).toEqual([200, startsAt, 18]);
  expect((await tickets.put(ticket.id, { title: 'Final', price: 17 })).status).toBe(200);
  const other = await tickets.put(ticket.id, { title: 'Final', price: 16, startsAt: '2026-01-02T20:00:00Z' });
  expect(other.status).toBe(400);
  expect(other.body.errors).toEqual([{ message: 'StartsAt must be in the future', field: 'startsAt' }]);
});

test('When a caller without a session or another user edits, then the response is 401 and nothing changes', async () => {
  const ticket = await tickets.list();
  const nobody = await tickets.api.put(`/api/tickets/${ticket.id}`).send({ title: 'Mine', price: 1 });
  const stranger = await tickets.put(ticket.id, { title: 'Mine', price: 1 }, 'stranger');
  expect([nobody.status, stranger.status]).toEqual([401, 401]);
  expect(await tickets.get(ticket.id)).toEqual(ticket);
});

test.each([newId(), 'no-id'])('When the id is %s, of no ticket, then the response is 404', async (id) => {
  const response = await tickets.put(id, { title: 'Final', price: 1 });
  expect(response.status).toBe(404);
});

test('When the ticket is held or sold, then its owner gets 400 and another user only 401', async () => {
  const { ticket, order } = await tickets.held();
  const edit = { title: 'Final', price: 99 };
  for (const _ of ['held', 'sold']) {
    const owner = await tickets.put(ticket.id, edit);
    expect([owner.status, owner.body]).toEqual([400, reserved]);
    const same = await tickets.put(ticket.id, { title: 'Final', price: 19.99 });
    expect([same.status, same.body]).toEqual([400, reserved]);
    expect((await tickets.put(ticket.id, edit, 'stranger')).status).toBe(401);
    expect((await tickets.get(ticket.id)).price).toBe(19.99);
    await tickets.complete(order);
    await tickets.system.eventually(async () => {
      expect((await tickets.stored(ticket.id)).availability).toBe('sold');
    });
  }
});

test('When the ticket has been released, then it can be edited again', async () => {
  const { ticket, order } = await tickets.held();
  await tickets.cancelled(order);
  await tickets.system.eventually(async () => {
    expect((await tickets.put(ticket.id, { title: 'Final', price: 99 })).status).toBe(200);
  });
  expect(await tickets.get(ticket.id)).toMatchObject({ price: 99, version: 3 });
});

test('When edits run in parallel, then each is applied completely or refused with 409', async () => {
  const conflicts: number[] = [];
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const ticket = await tickets.list();
      const responses = await Promise.all(
        [21, 22, 23].map((price) => tickets.put(ticket.id, { title: `For ${price}`, price })),
      );
      const made = responses.filter(({ status }) => status === 200).map(({ body }) => body);
      const refused = responses.filter(({ status }) => status !== 200);
      expect(made.length).toBeGreaterThan(0);
      for (const { status, body } of refused) {
        expect([status, body]).toEqual([409, { errors: [{ message: 'The ticket has been changed in the meantime' }] }]);
        conflicts.push(status);
      }
      // Each edit has its own version, and the last one is shown.
      expect(new Set(made.map(({ version }) => version))).toEqual(new Set(made.map((_, index) => index + 1)));
      expect(await tickets.get(ticket.id)).toEqual(made.find(({ version }) => version === made.length));
      expect((await tickets.stored(ticket.id)).revision).toBe(made.length);
    }),
  );
  expect(conflicts.length).toBeGreaterThan(0);
});

test('When many changes of a ticket wait to be published, then an edit is refused with 503, and a claim is not', async () => {
  const ticket = await tickets.list();
  const collection = tickets.system.collection<{ _id: string }>('tickets');
  const entry = { type: 'ticket.updated', schemaVersion: 1, time: tickets.system.clock.now(), version: 0, data: {} };
  const waiting = Array.from({ length: 50 }, (_, index) => ({ ...entry, id: `waiting-${index}`, ...trace }));
  await collection.updateOne({ _id: ticket.id }, { $set: { outbox: waiting } });
  expect((await tickets.put(ticket.id, { title: 'Other', price: 20 })).status).toBe(503);
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.untilHeld(order);
});
