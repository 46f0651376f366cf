import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketCreated } from '@ticketing/common/events';
import supertest from 'supertest';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;
let replicas: readonly ReturnType<typeof supertest>[];

beforeAll(async () => {
  tickets = await openHarness();
  replicas = [tickets.api, supertest((await tickets.startReplica()).url)];
});
afterAll(() => tickets.system.close());

const listing = {
  title: 'Final',
  price: 19.99,
  city: 'Leeds',
  startsAt: '2030-05-01T20:00:00.000Z',
  description: 'With a view.',
};

const send = (key: string, body: object, userId: string, replica = 0) =>
  (replicas[replica % replicas.length] ?? tickets.api)
    .post('/api/tickets')
    .set(tickets.system.as(userId))
    .set('Idempotency-Key', key)
    .send(body);

const ticketsOf = (userId: string) => tickets.system.collection('tickets').countDocuments({ userId });

test('When a listing is repeated 20 times at once at two replicas, then it is made once and every response is its creation', async () => {
  for (let round = 0; round < 5; round += 1) {
    const userId = `impatient-${round}`;
    const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => send('k', listing, userId, index)));
    const [first] = responses;
    expect(first?.body).toEqual({
      id: expect.any(String),
      version: 0,
      userId,
      eventId: expect.any(String),
      delivery: 'by_seller',
      currency: 'usd',
      ...listing,
    });
    for (const { status, body } of responses) expect([status, body]).toEqual([201, first?.body]);
    expect(await ticketsOf(userId)).toBe(1);
  }
});

test('When a listing is repeated after it was edited and its event has begun, then the response is its creation', async () => {
  const userId = 'edits';
  const created = (await send('k', listing, userId).expect(201)).body;
  const edit = { title: 'Semi-final', price: 5, city: null, description: null };
  expect((await tickets.put(created.id, edit, userId)).status).toBe(200);
  const clockNow = tickets.system.clock.now().getTime();
  tickets.system.clock.advance(Date.parse(listing.startsAt) - clockNow + 1_000);
  const { status, body } = await send('k', listing, userId, 1);
  expect([status, body]).toEqual([201, created]);
  expect(await ticketsOf(userId)).toBe(1);
  tickets.system.clock.advance(clockNow - tickets.system.clock.now().getTime());
});

test('When a key is used again with another body, then the response is 422 and nothing is listed', async () => {
  const userId = 'mixes';
  await send('k', listing, userId).expect(201);
  expect((await send('k', { ...listing, seat: '7' }, userId)).status).toBe(422);
  expect((await send('k', { ...listing, price: 0 }, userId)).status).toBe(422);
  expect(await ticketsOf(userId)).toBe(1);
});

test('When a listing was refused, then its key is free', async () => {
  const userId = 'corrects';
  expect((await send('k', { ...listing, price: 0 }, userId)).status).toBe(400);
  expect((await send('k', listing, userId)).status).toBe(201);
});

test('When two listings have keys of their own or none, then both are made', async () => {
  const userId = 'sells-two';
  await send('one', listing, userId).expect(201);
  await send('two', listing, userId).expect(201);
  await tickets.list(listing, userId);
  expect(await ticketsOf(userId)).toBe(3);
});

test('When a key is used, then no response and no event has it', async () => {
  const key = 'a key that nobody else sees';
  const { body } = await send(key, listing, 'secretive').expect(201);
  const list = await tickets.api.get('/api/tickets?mine=true').set(tickets.system.as('secretive'));
  await tickets.system.eventually(() => {
    const published = tickets.system.events(ticketCreated).filter(({ data }) => data.id === body.id);
    expect(published).toHaveLength(1);
    expect(JSON.stringify([published, body, list.body, list.headers])).not.toContain(key);
  });
});
