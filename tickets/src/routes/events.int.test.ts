import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf } from '@ticketing/common/event-id';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;

const at = '2030-03-01T19:00:00.000Z';
const final = {
  title: 'Cup Final',
  venue: 'Stadium',
  city: 'Bern',
  startsAt: at,
  timeZone: 'Europe/Zurich',
  category: 'sports',
};

beforeAll(async () => {
  tickets = await openHarness();
  await tickets.list({ title: 'Gala', price: 10, city: 'Zürich' });
  for (const price of [30, 20, 25]) await tickets.list({ ...final, price, seat: `${price}`, description: 'secret' });
  await tickets.list({ title: 'Cup Final', price: 5, city: 'Basel' });
  await untilCounted(3);
});
afterAll(() => tickets.system.close());

const get = (query: object = {}) => tickets.api.get('/api/events').query(query);
const untilCounted = (count: number) =>
  tickets.system.eventually(async () => {
    expect(await tickets.system.collection('events').countDocuments({ availability: 'on_sale' })).toBe(count);
    expect(await tickets.system.collection('tickets').countDocuments({ uncounted: { $exists: true } })).toBe(0);
  });
const shown = {
  id: eventIdOf(final),
  version: expect.any(Number),
  ...final,
  onSale: 3,
  fromPrice: 20,
  currency: 'usd',
};
const names = (body: readonly { title: string; city: string }[]) => body.map(({ title, city }) => `${title}, ${city}`);

test('When events are listed, then the listings of one event are one entry', async () => {
  const response = await get();
  expect(response.status).toBe(200);
  expect(response.headers).toMatchObject({ 'x-total-count': '3' });
  expect(response.body[1]).toEqual(shown);
  expect(names(response.body)).toEqual(['Cup Final, Basel', 'Cup Final, Bern', 'Gala, Zürich']);
});

test.each([
  [{ q: 'cup fin' }, ['Cup Final, Basel', 'Cup Final, Bern']],
  [{ q: 'zurich' }, ['Gala, Zürich']],
  [{ q: 'secret' }, []],
  [{ city: 'ZURICH' }, ['Gala, Zürich']],
  [{ category: 'sports' }, ['Cup Final, Bern']],
  [{ minPrice: '10', maxPrice: '20' }, ['Cup Final, Bern', 'Gala, Zürich']],
  [{ from: '2030-03-01', to: '2030-03-01' }, ['Cup Final, Bern']],
  [{ ids: `${shown.id},x,$` }, ['Cup Final, Bern']],
  [{ ids: shown.id, q: 'gala' }, []],
  [{ ids: ' ' }, ['Cup Final, Basel', 'Cup Final, Bern', 'Gala, Zürich']],
  [{ sort: 'price' }, ['Cup Final, Basel', 'Gala, Zürich', 'Cup Final, Bern']],
  [{ sort: '-price', limit: '1' }, ['Cup Final, Bern']],
  [{ sort: 'date' }, ['Cup Final, Bern']],
  [{ sort: 'oldest', page: '2', limit: '2' }, ['Cup Final, Basel']],
])('When the query is %j, then %j is shown', async (query, expected) => {
  const response = await get(query);
  expect([response.status, names(response.body)]).toEqual([200, expected]);
});

test('When a page is not the last, then its link leads to the next', async () => {
  const { headers } = await get({ limit: '2', q: '' });
  expect(headers.link).toContain('</api/events?sort=newest&page=2&limit=2>; rel="next"');
});

test.each([
  'page=0',
  'sort=best',
  'from=2026-02-30',
  'category=cars',
  'q=a&q=b',
  'ids=a&ids=b',
  `ids=${'x'.repeat(2_501)}`,
])('When the query is %s, then the response is 400', async (query) => {
  expect((await tickets.api.get(`/api/events?${query}`)).status).toBe(400);
});

test('When one event is requested, then its entry is shown, and its tickets are found by its id', async () => {
  expect((await tickets.api.get(`/api/events/${shown.id}`)).body).toEqual(shown);
  const { body, headers } = await tickets.api
    .get('/api/tickets')
    .query({ eventId: shown.id, sort: 'price', minPrice: '21' });
  expect(body.map(({ price }: { price: number }) => price)).toEqual([25, 30]);
  expect(headers['x-total-count']).toBe('2');
});

test.each(['000000000000000000000000', 'x', '%24'])(
  'When the event %s was never listed, then the response is 404',
  async (id) => {
    const response = await tickets.api.get(`/api/events/${id}`);
    expect([response.status, response.body]).toEqual([404, { errors: [{ message: 'Event not found' }] }]);
  },
);

test('When a ticket is held, sold, released, edited or withdrawn, then its event follows within a second', async () => {
  const event = (id: string | undefined) => tickets.api.get(`/api/events/${id}`);
  const entry = async (id: string | undefined) => {
    const { status, body } = await event(id);
    return [status, body.onSale, body.fromPrice];
  };
  const until = (id: string | undefined, expected: unknown) =>
    tickets.system.eventually(async () => expect(await entry(id)).toEqual([200, ...[expected].flat()]), 1_000);
  const { ticket, order } = await tickets.held({ title: 'Followed', price: 40 });
  await until(ticket.eventId, [0, 40]);
  expect(names((await get({ q: 'followed' })).body)).toEqual([]);
  await tickets.cancelled(order);
  await until(ticket.eventId, [1, 40]);
  await tickets.put(ticket.id, { title: 'Followed', price: 35 });
  await until(ticket.eventId, [1, 35]);
  const moved = await tickets.put(ticket.id, { title: 'Moved', price: 35 });
  await until(ticket.eventId, [0, 35]);
  await until(moved.body.eventId, [1, 35]);
  await tickets.api.delete(`/api/tickets/${ticket.id}`).set(tickets.system.as('seller'));
  await until(moved.body.eventId, [0, 35]);
});

test('When an event has begun, then nothing of it is on sale at that moment, and a day later it does not exist', async () => {
  const startsAt = new Date(tickets.system.clock.now().getTime() + 3_600_000).toISOString();
  const { eventId } = await tickets.list({ title: 'Tonight', startsAt });
  await untilCounted(4);
  expect(names((await get({ q: 'tonight' })).body)).toHaveLength(1);
  tickets.system.clock.advance(3_600_000);
  expect((await tickets.api.get(`/api/events/${eventId}`)).body).toMatchObject({ title: 'Tonight', onSale: 0 });
  await tickets.system.eventually(async () => expect((await get({ q: 'tonight' })).body).toEqual([]), 1_500);
  tickets.system.clock.advance(24 * 3_600_000);
  expect((await tickets.api.get(`/api/events/${eventId}`)).status).toBe(404);
});
