import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServiceUnavailableError } from '@ticketing/common/errors';
import { newId } from '@ticketing/common/mongo';
import type { TicketDocument } from '../models/open-models.ts';
import { searchKeys } from '../domain/search-keys.ts';
import { listTickets } from '../queries/list-tickets.ts';
import { listSorts, maxSorted } from '../queries/read-list.ts';
import { openHarness, orderFor, type TicketsHarness, type TicketView } from '../test/harness.ts';

let tickets: TicketsHarness;
/** As lists show them. */
const listed = new Map<string, TicketView>();

const catalogue = [
  {
    title: 'Hamilton',
    price: 120,
    category: 'theatre',
    city: 'London',
    venue: 'Palace',
    startsAt: '2030-03-01T19:00:00.000Z',
  },
  { title: 'Cats', price: 60.5, category: 'theatre', city: 'London', startsAt: '2030-01-01T19:00:00.000Z' },
  { title: 'The Who', price: 80, category: 'concerts', city: ' Zürich ', startsAt: '2030-02-01T23:30:00.000Z' },
  { title: 'Cup Final', price: 60.49, category: 'sports', city: 'Berlin', description: 'Hamilton against the others' },
  { title: "Rock-n-Roll, don't stop_123", price: 9.99 },
];

beforeAll(async () => {
  tickets = await openHarness();
  for (const { description, ...ticket } of catalogue) {
    const { description: _, ...shown } = await tickets.list({ ...ticket, description });
    listed.set(ticket.title, shown);
  }
});
afterAll(() => tickets.system.close());

const get = (query: object) => tickets.api.get('/api/tickets').query(query);
const titles = (body: readonly TicketView[]) => body.map(({ title }) => title);
const roll = "Rock-n-Roll, don't stop_123";

test('When a list has no query and no session, then the tickets on sale are shown, newest first', async () => {
  const response = await get({});
  expect(response.status).toBe(200);
  expect(response.type).toBe('application/json');
  expect(response.body).toEqual([...listed.values()].toReversed());
  expect(response.headers['x-total-count']).toBe('5');
});

test.each([
  [{ q: 'hamilton' }, ['Cup Final', 'Hamilton']],
  [{ q: 'hamilton london' }, ['Hamilton']],
  [{ q: 'Hamilton berlin' }, ['Cup Final']],
  [{ q: 'palace' }, ['Hamilton']],
  [{ q: 'the who' }, ['The Who']],
  [{ q: 'zurich' }, ['The Who']],
  [{ q: 'rock-n-roll' }, [roll]],
  [{ q: '-rock' }, [roll]],
  [{ q: "DON'T" }, [roll]],
  [{ q: 'don’t rock,' }, [roll]],
  [{ q: 'stop_123' }, [roll]],
  [{ q: '"cup final"' }, ['Cup Final']],
  [{ q: 'cup nowhere' }, []],
  [{ q: '!?' }, []],
  [{ q: '{"$gt":""}' }, []],
  [{ q: '  ' }, [roll, 'Cup Final', 'The Who', 'Cats', 'Hamilton']],
  [{ q: '' }, [roll, 'Cup Final', 'The Who', 'Cats', 'Hamilton']],
  [{ category: 'theatre' }, ['Cats', 'Hamilton']],
  [{ category: 'comedy' }, []],
  [{ city: 'london' }, ['Cats', 'Hamilton']],
  [{ city: ' ZÜRICH' }, ['The Who']],
  [{ city: 'zurich' }, ['The Who']],
  [{ city: '\u2067Lon\u200Edon\u2069' }, ['Cats', 'Hamilton']],
  [{ city: 'Lond' }, []],
  [{ q: 'cup\t\u202Afi\u200Fnal\u202C\u0000' }, ['Cup Final']],
  [{ q: '\u200E\u0000' }, [roll, 'Cup Final', 'The Who', 'Cats', 'Hamilton']],
  [{ q: 'hamil' }, ['Hamilton']],
  [{ q: 'ber' }, ['Cup Final']],
  [{ q: 'stop123' }, [roll]],
  [{ eventId: 'x' }, []],
  [{ eventId: '' }, [roll, 'Cup Final', 'The Who', 'Cats', 'Hamilton']],
  [{ city: ' ' }, [roll, 'Cup Final', 'The Who', 'Cats', 'Hamilton']],
  [{ minPrice: '60.5' }, ['The Who', 'Cats', 'Hamilton']],
  [{ maxPrice: '60.49' }, [roll, 'Cup Final']],
  [{ minPrice: '60.49', maxPrice: '80' }, ['Cup Final', 'The Who', 'Cats']],
  [{ minPrice: '0', maxPrice: '10' }, [roll]],
  [{ minPrice: '90', maxPrice: '80' }, []],
  [{ from: '2030-02-01' }, ['The Who', 'Hamilton']],
  [{ from: '2030-02-01T23:30:00Z', to: '2030-02-28T00:00:00Z' }, ['The Who']],
  [{ to: '2030-02-01' }, ['The Who', 'Cats']],
  [{ to: '2030-02-01T23:00:00Z' }, ['Cats']],
  [{ sort: 'newest' }, [roll, 'Cup Final', 'The Who', 'Cats', 'Hamilton']],
  [{ sort: 'oldest' }, ['Hamilton', 'Cats', 'The Who', 'Cup Final', roll]],
  [{ sort: 'price' }, [roll, 'Cup Final', 'Cats', 'The Who', 'Hamilton']],
  [{ sort: '-price' }, ['Hamilton', 'The Who', 'Cats', 'Cup Final', roll]],
  [{ sort: 'date' }, ['Cats', 'The Who', 'Hamilton']],
  [{ q: 'london', category: 'theatre', city: 'London', maxPrice: '100', sort: 'price' }, ['Cats']],
  [
    { category: '', city: '', minPrice: '', maxPrice: '', from: '', to: '', sort: '', mine: 'false', q: 'cats' },
    ['Cats'],
  ],
  [{ unknown: 'x', q: 'cats' }, ['Cats']],
])('When the query is %j, then %j is shown', async (query, expected) => {
  const response = await get(query);
  expect(response.status).toBe(200);
  expect(titles(response.body)).toEqual(expected);
  expect(response.headers['x-total-count']).toBe(String(expected.length));
});

test.each([
  ['q', 'q=a&q=b'],
  ['eventId', 'eventId=a&eventId=b'],
  ['category', 'category=cars'],
  ['category', 'category=sports&category=other'],
  ['city', 'city=a&city=b'],
  ['minPrice', 'minPrice=cheap'],
  ['minPrice', 'minPrice=-1'],
  ['minPrice', 'minPrice=1.999'],
  ['minPrice', 'minPrice=1&minPrice=2'],
  ['maxPrice', 'maxPrice=1e3'],
  ['maxPrice', 'maxPrice=1000000'],
  ['from', 'from=tomorrow'],
  ['from', 'from=2030-13-01'],
  ['from', 'from=2026-02-30'],
  ['from', 'from=2030-01-01T10:00'],
  ['from', 'from=2030-01-01T25:00:00Z'],
  ['from', 'from=2030-01-01garbage'],
  ['to', 'to=2030'],
  ['to', 'to=2026-02-29'],
  ['to', 'to=1'],
  ['to', 'to=2030-01-01&to=2030-01-02'],
  ['sort', 'sort=best'],
  ['sort', 'sort=price&sort=date'],
  ['mine', 'mine=yes'],
  ['page', 'page=0'],
  ['page', 'page=-1'],
  ['page', 'page=1.5'],
  ['page', 'page=x'],
  ['page', 'page=10001'],
  ['page', 'page=501'],
  ['page', 'page=101&limit=100'],
  ['page', 'page=1&page=2'],
  ['limit', 'limit=0'],
  ['limit', 'limit=101'],
  ['limit', 'limit=99999999999999999999'],
])('When %s is wrong as in ?%s, then the response is 400 and names it', async (field, query) => {
  const response = await tickets.api.get(`/api/tickets?${query}`);
  expect(response.status).toBe(400);
  expect(response.body.errors).toEqual([{ message: expect.any(String), field }]);
});

test('When the search text is too long, then the response is 400', async () => {
  const response = await get({ q: 'x'.repeat(201) });
  expect(response.status).toBe(400);
  expect(response.body.errors).toEqual([{ message: 'Q is too long', field: 'q' }]);
});

test.each(['q[$gt]=', '__proto__[x]=1', 'constructor=1', 'city[]=London'])(
  'When a parameter does not exist, as in ?%s, then it is ignored',
  async (query) => {
    const response = await tickets.api.get(`/api/tickets?${query}`);
    expect(response.status).toBe(200);
    expect(response.headers['x-total-count']).toBe('5');
  },
);

test('When the list is read page by page along its links, then every ticket appears once and in order', async () => {
  const seen: TicketView[] = [];
  let next: string | undefined = '/api/tickets?limit=2&sort=oldest';
  const pages: string[] = [];
  while (next !== undefined) {
    const response = await tickets.api.get(next);
    seen.push(...response.body);
    pages.push(String(response.headers.link));
    expect(response.headers['x-total-count']).toBe('5');
    next = /<([^>]+)>; rel="next"/.exec(String(response.headers.link))?.[1];
  }
  expect(seen).toEqual([...listed.values()]);
  expect(pages).toHaveLength(3);
  expect(pages[1]).toBe(
    '</api/tickets?sort=oldest&page=1&limit=2>; rel="first", ' +
      '</api/tickets?sort=oldest&page=1&limit=2>; rel="prev", ' +
      '</api/tickets?sort=oldest&page=3&limit=2>; rel="next", ' +
      '</api/tickets?sort=oldest&page=3&limit=2>; rel="last"',
  );
  expect(pages[0]).not.toContain('rel="prev"');
  const beyond = await get({ limit: 2, page: 4 });
  expect([beyond.status, beyond.body, beyond.headers['x-total-count']]).toEqual([200, [], '5']);
});

test.each(['/api/tickets', '/api/events'])(
  'When only the headers of %s are requested, then they are those of the page',
  async (path) => {
    const [page, head] = [await tickets.api.get(path), await tickets.api.head(path)];
    expect(page.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(page.headers['content-length']).toBe(String(Buffer.byteLength(page.text)));
    for (const name of ['content-type', 'content-length', 'link', 'x-total-count'])
      expect([name, head.headers[name]]).toEqual([name, page.headers[name]]);
    expect([head.status, head.text]).toEqual([200, undefined]);
  },
);

test('When a list is filtered, then its links keep the filters and no unknown parameter', async () => {
  const filters = { q: "don't & do", city: ' Köln ', minPrice: '0', maxPrice: '19.99', from: '2030-01-01' };
  const { headers } = await get({ ...filters, to: '2030-01-01', category: '', unknown: 'x', page: '2', limit: '7' });
  const first = /<([^>]+)>; rel="first"/.exec(String(headers.link))?.[1] ?? '';
  expect(Object.fromEntries(new URL(first, 'http://here').searchParams)).toEqual({
    ...filters,
    city: 'Köln',
    from: '2030-01-01T00:00:00.000Z',
    to: '2030-01-01T23:59:59.999Z',
    sort: 'newest',
    page: '1',
    limit: '7',
  });
});

test('When the same list is requested by different queries, then it is read once', async () => {
  const { db } = tickets.system.collection('tickets');
  await db.command({ profile: 2 });
  try {
    const words = ['limit=3', 'limit=3&x=1', 'x=2&limit=3', 'sort=newest&category=&limit=3', 'page=1&limit=3&y[]=2'];
    const responses = await Promise.all(words.map((query) => tickets.api.get(`/api/tickets?${query}`)));
    expect(new Set(responses.map(({ headers }) => headers.link)).size).toBe(1);
    const reads = { ns: `${db.databaseName}.tickets`, op: 'query', 'command.sort': { $exists: true } };
    expect(await db.collection('system.profile').countDocuments({ ...reads, 'command.limit': 4 })).toBe(1);
  } finally {
    await db.command({ profile: 0 });
  }
});

test('When a seller lists their own tickets, then held and sold ones are included and other sellers’ are not', async () => {
  const seller = `seller-${newId()}`;
  const [free, held, sold] = [
    await tickets.list({ title: 'Free' }, seller),
    await tickets.list({ title: 'Held' }, seller),
    await tickets.list({ title: 'Sold' }, seller),
  ];
  const orders = [orderFor(held), orderFor(sold)];
  for (const order of orders) await tickets.created(order);
  for (const order of orders) await tickets.untilHeld(order);
  const [heldOrder, soldOrder] = orders;
  if (heldOrder === undefined || soldOrder === undefined) throw new Error('no orders');
  await tickets.complete(soldOrder);
  await tickets.updatedHandled();

  const mine = await get({ mine: 'true' }).set(tickets.system.as(seller));
  expect(mine.status).toBe(200);
  expect(mine.headers['x-total-count']).toBe('3');
  expect(mine.headers['cache-control']).toBe('private, no-store');
  expect(mine.body).toEqual([
    { ...sold, version: 2, orderId: soldOrder.id, soldAt: expect.any(String) },
    { ...held, version: 1, orderId: heldOrder.id },
    free,
  ]);
  const filtered = await get({ mine: 'true', q: 'held', limit: 1 }).set(tickets.system.as(seller));
  expect(titles(filtered.body)).toEqual(['Held']);
  expect(titles((await get({ mine: 'true', q: '!?' }).set(tickets.system.as(seller))).body)).toEqual([]);
  expect(titles((await get({ mine: 'true' }).set(tickets.system.as('somebody'))).body)).toEqual([]);
  expect(titles((await get({ city: '', q: 'free' })).body)).toEqual(['Free']);
  expect(titles((await get({ q: 'held' })).body)).toEqual([]);
  expect(titles((await get({ q: 'sold' })).body)).toEqual([]);
});

test.each([
  ['zurich', ['Café de Zürich']],
  ['CAFE', ['Café de Zürich']],
  ['garden geneve', ['Open air']],
  ['genève GARDEN', ['Open air']],
  ['garden zurich', []],
  ['.*', []],
  ['secret', ['Café de Zürich']],
])(
  'When sellers search their own tickets for %s, then every word is found in title, venue, city or description',
  async (q, expected) => {
    const seller = `seller-${q}`;
    await tickets.list({ title: 'Café de Zürich', description: 'secret' }, seller);
    await tickets.list({ title: 'Open air', venue: 'The Garden', city: 'Genève' }, seller);
    const found = await get({ mine: 'true', q }).set(tickets.system.as(seller));
    expect(titles(found.body)).toEqual(expected);
  },
);

test('When a list is read, then no description is in it, and the ticket alone has it', async () => {
  const seller = `seller-${newId()}`;
  const ticket = await tickets.list({ title: 'Described', description: 'x'.repeat(5_000) }, seller);
  const lists = [await get({ q: 'described' }), await get({ mine: 'true' }).set(tickets.system.as(seller))];
  for (const { body } of lists) {
    expect(titles(body)).toEqual(['Described']);
    expect(body[0]).not.toHaveProperty('description');
  }
  expect(await tickets.get(ticket.id)).toHaveProperty('description');
});

test('When a caller without a session lists their own tickets, then the response is 401', async () => {
  const response = await get({ mine: 'true' });
  expect(response.status).toBe(401);
  expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
});

test('When a process has changed a ticket, then its next list shows the change', async () => {
  const word = 'freshness';
  const shown = async () => {
    const { body } = await get({ q: word });
    return body.map(({ title, price }: TicketView) => `${title} ${price}`);
  };
  for (let round = 1; round <= 5; round += 1) {
    expect(await shown()).toEqual([]);
    const ticket = await tickets.list({ title: word, price: round });
    expect(await shown()).toEqual([`${word} ${round}`]);
    await tickets.put(ticket.id, { title: word, price: round + 0.5 });
    expect(await shown()).toEqual([`${word} ${round + 0.5}`]);
    const order = orderFor(await tickets.get(ticket.id), {}, 1);
    await tickets.created(order);
    await tickets.untilHeld(order);
    await tickets.system.eventually(async () => expect(await shown()).toEqual([]), 500);
    expect(await shown()).toEqual([]);
    await tickets.cancelled(order);
    await tickets.untilOnSale(ticket.id);
    // Less than the second for which others may see the list as it was.
    await tickets.system.eventually(async () => expect(await shown()).toEqual([`${word} ${round + 0.5}`]), 300);
    await tickets.put(ticket.id, { title: 'over', price: 1 });
  }
});

test('When no page size is given, then the page is bounded', async () => {
  const seller = `seller-${newId()}`;
  await Promise.all(Array.from({ length: 25 }, () => tickets.list({ title: 'Many' }, seller)));
  const response = await get({ q: 'many' });
  expect(response.body).toHaveLength(20);
  expect(response.headers['x-total-count']).toBe('25');
  expect((await get({ q: 'many', limit: 100 })).body).toHaveLength(25);
});

interface ProfiledQuery {
  readonly op: string;
  readonly planSummary: string;
  readonly hasSortStage?: boolean;
  readonly docsExamined: number;
  readonly keysExamined: number;
  readonly command: { readonly maxTimeMS?: number };
}

/** Tickets as stored, the first the newest. */
const stored = (count: number, of: (index: number) => object) =>
  tickets.system.collection<{ _id: string }>('tickets').insertMany(
    Array.from({ length: count }, (_, index) => {
      const ticket = {
        version: 0,
        revision: 0,
        title: `Show ${index}`,
        price: 100,
        userId: 'seller',
        availability: 'on_sale',
        closedOrders: [],
        createdAt: new Date(Date.UTC(2020, 0, 1) - index * 1_000),
        outbox: [],
        ...of(index),
      };
      const keys = { words: searchKeys(ticket), keysOf: { revision: 0, eventId: 'x' } };
      return { _id: newId(), ...ticket, ...keys };
    }),
  );

test('When more tickets match than are counted, then the headers say so, no page beyond can be reached, and a slow list ends', async () => {
  const seller = `seller-${newId()}`;
  await stored(10_100, () => ({ userId: seller, availability: 'sold', title: 'Endless' }));
  const mine = (query: object) => get({ mine: 'true', ...query }).set(tickets.system.as(seller));
  const collection = tickets.system.collection<TicketDocument>('tickets');
  const { db } = collection;
  await db.command({ profile: 2 });
  const last = await mine({ limit: 100, page: 100 });
  await db.command({ profile: 0 });
  expect(last.body).toHaveLength(100);
  expect(last.headers).toMatchObject({ 'x-total-count': '10000', 'x-total-count-capped': 'true' });
  expect(last.headers.link).not.toContain('rel="next"');
  expect((await mine({ limit: 100, page: 101 })).status).toBe(400);
  const count = await db
    .collection('system.profile')
    .findOne({ 'command.aggregate': 'tickets', 'command.pipeline.0.$match.userId': seller });
  expect(count?.['keysExamined']).toBeLessThanOrEqual(10_002);
  const slow = listTickets(
    { tickets: collection, now: () => new Date() },
    { userId: seller, q: 'x', sort: 'price', page: 1, limit: 20 },
    1,
  );
  await expect(slow).rejects.toThrow(ServiceUnavailableError);
  const extra = await collection.find({ userId: seller }, { projection: { _id: 1 }, limit: 100 }).toArray();
  await collection.deleteMany({ _id: { $in: extra.map(({ _id }) => _id) } });
  const exact = (await mine({ limit: 1 })).headers;
  expect([exact['x-total-count'], exact['x-total-count-capped']]).toEqual(['10000', undefined]);
});

test('When many tickets that match a search are sold, then the search does not read them', async () => {
  await stored(500, () => ({ availability: 'sold', title: 'Nostalgia', soldAt: new Date() }));
  await stored(2, () => ({ title: 'Nostalgia' }));
  const { executionStats } = await tickets.system
    .collection('tickets')
    .find({ availability: 'on_sale', words: 'nosta' })
    .explain('executionStats');
  expect(executionStats).toMatchObject({ nReturned: 2, totalKeysExamined: 2 });
});

const half = (index: number, bit: number) => Math.floor(index / 2 ** bit) % 2 === 0;

const common = {
  q: [undefined, 'common', 'commonest', 'rare', 'common other', 'common rare'],
  category: [undefined, 'sports'],
  city: [undefined, 'Bern'],
  minPrice: [undefined, 300],
  from: [undefined, new Date(Date.UTC(2031, 0, 1))],
  eventId: [undefined, 'e'],
} as const;

test('When there are many tickets, then every list that can be asked for is read by an index, and reads few of them', async () => {
  const count = 4_800;
  await stored(count, (index) => ({
    title: `${half(index, 0) ? 'Common commonest' : 'Other'}${index % 1_200 === 0 ? ' rare' : ''}`,
    price: half(index, 1) ? 200 : 400,
    category: half(index, 2) ? 'sports' : 'other',
    city: half(index, 3) ? 'Bern' : 'Basel',
    startsAt: new Date(Date.UTC(half(index, 4) ? 2030 : 2031, 1, 1, index)),
    eventId: half(index, 5) ? 'e' : 'f',
  }));
  const collection = tickets.system.collection<TicketDocument>('tickets');
  const { db } = collection;
  await db.command({ profile: 0 });
  await db.dropCollection('system.profile').catch(() => undefined);
  await db.createCollection('system.profile', { capped: true, size: 64 * 1024 * 1024 });
  const deps = { tickets: db.collection<TicketDocument>('tickets'), now: () => new Date() };
  let lists = 0;
  await db.command({ profile: 2 });
  try {
    for (const q of common.q)
      for (const category of common.category)
        for (const city of common.city)
          for (const minPrice of common.minPrice)
            for (const from of common.from)
              for (const eventId of common.eventId)
                for (const sort of listSorts) {
                  const filters = { q, category, city, minPrice, from, eventId };
                  const { entries, total } = await listTickets(deps, { ...filters, sort, page: 1, limit: 20 });
                  if (q === 'common other') expect([filters, total]).toEqual([filters, 0]);
                  else if (q !== 'rare' && q !== 'common rare')
                    expect([filters, entries.length]).toEqual([filters, 20]);
                  lists += 1;
                }
  } finally {
    await db.command({ profile: 0 });
  }
  const seen = await db
    .collection<ProfiledQuery>('system.profile')
    .find({ $or: [{ 'command.find': 'tickets' }, { 'command.aggregate': 'tickets' }], appName: { $ne: 'tickets' } })
    .toArray();
  expect(seen.length).toBeGreaterThan(2 * lists);
  for (const { command, planSummary, docsExamined, keysExamined } of seen) {
    expect([command, command.maxTimeMS]).toEqual([command, 5_000]);
    expect([command, planSummary]).toEqual([command, expect.stringMatching(/^(IXSCAN|COUNT_SCAN)/)]);
    expect([command, Math.max(docsExamined, maxSorted)]).toEqual([command, maxSorted]);
    expect([command, Math.max(keysExamined, 2 * count)]).toEqual([command, 2 * count]);
  }
}, 240_000);

test.each([
  [{}, 10],
  [{ sort: 'oldest' }, 10],
  [{ sort: 'price' }, 10],
  [{ sort: '-price' }, 10],
  [{ sort: 'date' }, 10],
  [{ sort: 'date', from: '2030-06-01' }, 10],
  [{ sort: 'price', minPrice: '3', maxPrice: '5' }, 10],
  [{ mine: 'true' }, 10],
  [{ mine: 'true', sort: 'oldest' }, 10],
])('When the list is %j, then its page is read in the order of an index', async (query, documents) => {
  const seller = `seller-${newId()}`;
  await stored(60, () => ({ userId: seller, availability: 'sold' }));
  const { db } = tickets.system.collection('tickets');
  await db.command({ profile: 2 });
  const response = await get({ ...query, limit: '9' }).set(tickets.system.as(seller));
  await db.command({ profile: 0 });
  expect(response.body).toHaveLength(9);
  const page = await db
    .collection<ProfiledQuery>('system.profile')
    .find({ 'command.find': 'tickets', 'command.sort': { $exists: true } })
    .sort({ ts: -1 })
    .limit(1)
    .next();
  expect(page).toMatchObject({ planSummary: expect.stringMatching(/^IXSCAN/), docsExamined: expect.any(Number) });
  expect([page?.hasSortStage, Number(page?.docsExamined) <= documents]).toEqual([undefined, true]);
});

const seen = async (query: object) => titles((await get({ q: 'beginning', ...query })).body);

test('When an event has begun, then its tickets are in no list at that moment, and are off sale soon after', async () => {
  const soon = new Date(tickets.system.clock.now().getTime() + 60_000);
  const [begun, later] = [
    await tickets.list({ title: 'Beginning soon', startsAt: soon.toISOString() }),
    await tickets.list({ title: 'Beginning later', startsAt: new Date(soon.getTime() + 60_000).toISOString() }),
  ];
  expect(await seen({ sort: 'oldest' })).toEqual(['Beginning soon', 'Beginning later']);
  const collection = tickets.system.collection<TicketDocument>('tickets');
  const at = (now: Date, query: object) =>
    listTickets(
      { tickets: collection, now: () => now },
      { q: 'beginning', sort: 'newest', page: 1, limit: 20, ...query },
    );
  for (const query of [
    {},
    { sort: 'date' as const },
    { sort: 'price' as const },
    { from: new Date(0) },
    { to: soon },
  ]) {
    const shown = (await at(soon, query)).entries.map(({ title }) => title);
    expect([query, shown]).toEqual([query, 'to' in query ? [] : ['Beginning later']]);
  }
  expect((await at(new Date(soon.getTime() - 1), {})).total).toBe(2);
  tickets.system.clock.advance(60_000);
  await tickets.system.eventually(async () => expect((await tickets.stored(begun.id)).availability).toBe('over'));
  expect(await tickets.stored(begun.id)).toMatchObject({ version: 0 });
  expect(await seen({})).toEqual(['Beginning later']);
  expect((await tickets.get(begun.id)).id).toBe(begun.id);
  const moved = await tickets.put(begun.id, {
    title: 'Beginning again',
    price: 1,
    startsAt: new Date(soon.getTime() + 120_000).toISOString(),
  });
  expect(moved.status).toBe(200);
  expect(await seen({ sort: 'date' })).toEqual(['Beginning later', 'Beginning again']);
  expect((await tickets.put(later.id, { title: 'Beginning never', price: 1, startsAt: null })).status).toBe(200);
  expect(await seen({ sort: 'oldest' })).toEqual(['Beginning again', 'Beginning never']);
});
