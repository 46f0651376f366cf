import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf } from '@ticketing/common/event-id';
import { ticketCreated } from '@ticketing/common/events';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(() => tickets.system.close());

const post = (body: unknown, userId = 'seller') =>
  tickets.api.post('/api/tickets').set(tickets.system.as(userId)).send(Object(body));

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

test('When a ticket is listed with every detail, then it is shown, stored and published with all of them', async () => {
  const response = await post({ title: '  Final ', price: 19.99, ...details });
  expect(response.status).toBe(201);
  const { id } = response.body;
  expect(response.body).toEqual({
    id: expect.any(String),
    version: 0,
    title: 'Final',
    price: 19.99,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
    ...details,
  });
  expect(response.body.eventId).toBe(eventIdOf({ title: 'Final', ...details }));
  expect(await tickets.get(id)).toEqual(response.body);
  expect(await tickets.stored(id)).toMatchObject({ price: 1999, availability: 'on_sale', revision: 0, version: 0 });
  const event = await tickets.system.eventually(() => {
    const found = tickets.system.events(ticketCreated).find(({ data }) => data.id === id);
    if (found === undefined) throw new Error('not published yet');
    return found;
  });
  expect(event.aggregate).toEqual({ type: 'ticket', id, version: 0 });
  const { description, ...published } = details;
  expect(description).toBeDefined();
  expect(event.data).toEqual({
    id,
    version: 0,
    revision: 0,
    title: 'Final',
    price: 1999,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
    ...published,
  });
});

test('When only a title and a price are given, then no detail is shown', async () => {
  const response = await post({ title: 'Final', price: 5 });
  expect(response.status).toBe(201);
  expect(response.body).toEqual({
    id: expect.any(String),
    version: 0,
    title: 'Final',
    price: 5,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
  });
});

test('When a time is given in another time zone, then it is shown in UTC', async () => {
  const response = await post({ title: 'Final', price: 5, startsAt: '2030-05-01T22:00:00+02:00' });
  expect(response.body.startsAt).toBe('2030-05-01T20:00:00.000Z');
});

test('When a description has lines that end in different ways, then each ends with a line feed', async () => {
  const response = await post({ title: 'Final', price: 5, description: 'One\r\ntwo\rthree\n\nfour\r\n' });
  expect([response.status, response.body.description]).toEqual([201, 'One\ntwo\nthree\n\nfour']);
  const edit = { title: 'Final', price: 5, description: 'One\r\ntwo\r\nthree\r\n\r\nfour' };
  expect((await tickets.put(response.body.id, edit)).body).toMatchObject({ version: 0 });
});

test.each(['UTC', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires'])(
  'When the time zone is %s, then it is stored as given',
  async (timeZone) => {
    const response = await post({ title: 'Final', price: 5, timeZone });
    expect([response.status, response.body.timeZone]).toEqual([201, timeZone]);
  },
);

test("When the price is the card network's minimum or maximum, then the ticket is listed", async () => {
  for (const price of [0.5, 999_999.99]) expect((await post({ title: 'Final', price })).body.price).toBe(price);
});

test('When the body has fields that only the service sets, then they are ignored', async () => {
  const response = await post({
    title: 'Final',
    price: 5,
    id: 'mine',
    _id: 'mine',
    version: 7,
    revision: 7,
    userId: 'somebody',
    orderId: 'order',
    soldAt: '2030-05-01T20:00:00.000Z',
    availability: 'sold',
  });
  expect(response.status).toBe(201);
  expect(response.body).toEqual({
    id: expect.any(String),
    version: 0,
    title: 'Final',
    price: 5,
    currency: 'usd',
    userId: 'seller',
    eventId: expect.any(String),
    delivery: 'by_seller',
  });
  expect(response.body.id).not.toBe('mine');
  expect(await tickets.stored(response.body.id)).toMatchObject({ availability: 'on_sale', version: 0, revision: 0 });
});

test.each([
  ['title', { title: undefined }],
  ['title', { title: '' }],
  ['title', { title: '   ' }],
  ['title', { title: 5 }],
  ['title', { title: null }],
  ['title', { title: ['Final'] }],
  ['title', { title: { $gt: '' } }],
  ['title', { title: 'x'.repeat(201) }],
  ['title', { title: '\u200B' }],
  ['title', { title: 'Show \u202E05$ ylno' }],
  ['title', { title: 'Final\u0000' }],
  ['venue', { venue: '\u2066Arena' }],
  ['city', { city: 'Zürich\u200E' }],
  ['section', { section: 'A\tB' }],
  ['row', { row: '\u3164' }],
  ['seat', { seat: '7\n8' }],
  ['description', { description: '\uFE0F' }],
  ['description', { description: 'Only \u202E05$' }],
  ['description', { description: 'A\u0007B' }],
  ['price', { price: undefined }],
  ['price', { price: 0 }],
  ['price', { price: -1 }],
  ['price', { price: 19.999 }],
  ['price', { price: 0.001 }],
  ['price', { price: 0.49 }],
  ['price', { price: '10' }],
  ['price', { price: null }],
  ['price', { price: { $gt: 0 } }],
  ['price', { price: 1_000_000 }],
  ['category', { category: 'cars' }],
  ['category', { category: null }],
  ['venue', { venue: '' }],
  ['venue', { venue: 'x'.repeat(201) }],
  ['city', { city: { $ne: null } }],
  ['city', { city: 'x'.repeat(101) }],
  ['startsAt', { startsAt: 'tomorrow' }],
  ['startsAt', { startsAt: '2030-02-30T20:00:00Z' }],
  ['startsAt', { startsAt: 1_900_000_000 }],
  ['startsAt', { startsAt: '9999-12-31T23:59:59-01:00' }],
  ['startsAt', { startsAt: '0000-01-01T00:00:00+01:00' }],
  ['startsAt', { startsAt: new Date(Date.now() - 1_000).toISOString() }],
  ['startsAt', { startsAt: '2026-01-01T20:00:00Z' }],
  ['timeZone', { timeZone: '' }],
  ['timeZone', { timeZone: '+01:00' }],
  ['timeZone', { timeZone: 'CET' }],
  ['timeZone', { timeZone: 'Europe/Zürich' }],
  ['timeZone', { timeZone: 60 }],
  ['timeZone', { timeZone: null }],
  ['section', { section: 'x'.repeat(51) }],
  ['row', { row: 12 }],
  ['seat', { seat: ' ' }],
  ['description', { description: 'x'.repeat(5_001) }],
])('When %s is wrong (case %#), then the response is 400, names it, and nothing is stored', async (field, broken) => {
  const response = await post({ title: 'Final', price: 5, ...broken }, 'careless');
  expect(response.status).toBe(400);
  expect(response.body.errors).toContainEqual({ message: expect.any(String), field });
  expect(await tickets.system.collection('tickets').countDocuments({ userId: 'careless' })).toBe(0);
});

test('When several fields are invalid, then each has an entry', async () => {
  const response = await post({ title: '', price: -1.234 });
  expect(new Set(response.body.errors.map(({ field }: { field: string }) => field))).toEqual(
    new Set(['title', 'price']),
  );
});

test.each([[[]], ['text'], [5]])('When the body is %j, then the response is 400', async (body) => {
  const response = await tickets.api
    .post('/api/tickets')
    .set({ ...tickets.system.as('seller'), 'Content-Type': 'application/json' })
    .send(JSON.stringify(body));
  expect(response.status).toBe(400);
  expect(response.body.errors.length).toBeGreaterThan(0);
});

test('When nobody is signed in, then the response is 401, even for an invalid body', async () => {
  const response = await tickets.api.post('/api/tickets').send({});
  expect(response.status).toBe(401);
  expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
});
