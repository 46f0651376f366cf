import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf } from '@ticketing/common/event-id';
import { currencyOf } from '@ticketing/common/money';
import { Database, newId } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import type { Deps } from '../deps.ts';
import { createHolderWaits } from '../memory/holder-waits.ts';
import { openMetrics } from '../metrics.ts';
import { collections, openModels, type EventDocument, type TicketDocument } from '../models/open-models.ts';
import { getEvent } from '../queries/get-event.ts';
import { countEvents, recountEvents } from './count-events.ts';
import { createTicket } from './create-ticket.ts';
import { editTicket } from './edit-ticket.ts';
import { createEarlierReleaseFollower } from './follow-earlier-release.ts';
import { takeBegunOffSale } from './take-begun-off-sale.ts';
import { withdrawTicket } from './withdraw-ticket.ts';

// The commands on a real database, without a bus and without workers of their own.

let system: TestSystem;
let database: Database;
let deps: Deps;
let ms = Date.UTC(2030, 0, 1);
const now = () => new Date(ms);
const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

beforeAll(async () => {
  system = await openTestSystem();
  const logger = createLogger({ service: 'tickets', level: 'silent' });
  database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'tickets', logger });
  await database.prepare(collections);
  const relay = { register: () => undefined, publish: () => undefined };
  deps = {
    ...openModels({ database, relay, now, newId }),
    now,
    newId,
    currency: currencyOf('usd'),
    deliveryMinMs: 900_000,
    transaction: () => Promise.reject(new Error('not used')),
    codeKey: 'not used',
    clearListCache: () => undefined,
    holderWaits: createHolderWaits(),
    inspectFile: () => Promise.reject(new Error('not used')),
    metrics: openMetrics(new Metrics()),
  };
});
afterAll(async () => {
  await database.close();
  await system.close();
});

interface Details {
  readonly price?: number;
  readonly city?: string;
  readonly startsAt?: Date;
  readonly timeZone?: string;
}
const list = (title: string, details: Details = {}) =>
  createTicket(deps, { userId: 'seller', listing: { title, price: 1000, ...details }, trace });
const entry = (title: string): Promise<EventDocument | null> => deps.events.findOne({ _id: eventIdOf({ title }) });
const shown = async (title: string) => {
  const found = await entry(title);
  return found && [found.availability, found.onSale, found.price];
};
const marked = () => deps.tickets.countDocuments({ uncounted: { $exists: true } });

test('When listings of one event are made, edited and withdrawn, then its entry follows, with the texts of the oldest', async () => {
  const first = await list('The Final', { price: 3000 });
  expect(await entry('The Final')).toBe(null);
  const second = await list(' the  FINAL', { price: 2000 });
  await countEvents(deps);
  expect(await entry('The Final')).toMatchObject({
    title: 'The Final',
    onSale: 2,
    price: 2000,
    availability: 'on_sale',
    seq: 1,
  });
  expect(await marked()).toBe(0);
  await withdrawTicket(deps, { ticketId: first._id, userId: 'seller', trace });
  await countEvents(deps);
  expect(await entry('The Final')).toMatchObject({ title: ' the  FINAL', onSale: 1, price: 2000 });
  const edit = { title: 'Another final', price: 2500 };
  await editTicket(deps, { ticketId: second._id, userId: 'seller', edit, trace });
  await countEvents(deps);
  expect([await shown('The Final'), await shown('Another final')]).toEqual([
    ['off_sale', 0, 2000],
    ['on_sale', 1, 2500],
  ]);
  expect(await getEvent(deps, eventIdOf({ title: 'The Final' }))).toMatchObject({ onSale: 0 });
});

test('When listings of one event say different time zones, then its entry has that of the oldest, or of the newest if it has none', async () => {
  const first = await list('The tour');
  await list('The tour', { timeZone: 'Europe/Zurich' });
  await countEvents(deps);
  expect(await entry('The tour')).toMatchObject({ onSale: 2, timeZone: 'Europe/Zurich' });
  const edit = { title: 'The tour', price: 1000, timeZone: 'Europe/Vienna' };
  await editTicket(deps, { ticketId: first._id, userId: 'seller', edit, trace });
  await countEvents(deps);
  expect(await entry('The tour')).toMatchObject({ onSale: 2, timeZone: 'Europe/Vienna' });
});

test('When a listing has changed of which the entry of its event shows nothing, then the entry is written once all the same', async () => {
  await list('Steady');
  const { _id: ticketId } = await list('Steady', { price: 2000 });
  await countEvents(deps);
  const before = await entry('Steady');
  const edit = { title: 'Steady', price: 3000 };
  await editTicket(deps, { ticketId, userId: 'seller', edit, trace });
  for (let count = 0; count < 2; count += 1) await countEvents(deps);
  expect(await entry('Steady')).toEqual({ ...before, seq: 2 });
  expect(await marked()).toBe(0);
});

test('When nothing has changed for an event, then its entry is not written', async () => {
  const ticket = await list('Unchanged');
  await countEvents(deps);
  await recountEvents(deps, [eventIdOf(ticket)]);
  expect(await entry('Unchanged')).toMatchObject({ seq: 1 });
});

test('When the only listing of an event is withdrawn before it is counted, then the event exists all the same', async () => {
  const ticket = await list('Brief');
  await withdrawTicket(deps, { ticketId: ticket._id, userId: 'seller', trace });
  await countEvents(deps);
  expect(await shown('Brief')).toEqual(['off_sale', 0, 1000]);
});

/** As a release without keys and events leaves it. */
const asBefore = (ticket: TicketDocument, set: Partial<TicketDocument> = {}) =>
  deps.tickets.updateOne({ _id: ticket._id }, { $set: { changedAt: deps.now(), ...set } });

/** Counts while another replica makes a change between the reads and the writes. */
const meanwhile = async (change: () => Promise<unknown>) => {
  let isDone = false;
  const events = new Proxy(deps.events, {
    get: (target, name) =>
      name === 'bulkWrite'
        ? async (...given: Parameters<Deps['events']['bulkWrite']>) => {
            if (!isDone) await change();
            isDone = true;
            return target.bulkWrite(...given);
          }
        : Reflect.get(target, name).bind(target),
  });
  await countEvents({ ...deps, events });
  expect(isDone).toBe(true);
};

test('When a ticket changes while its event is counted, then the change is counted afterwards', async () => {
  const ticket = await list('Changing');
  const edit = { title: 'Changing', price: 500 };
  await meanwhile(() => editTicket(deps, { ticketId: ticket._id, userId: 'seller', edit, trace }));
  expect([await shown('Changing'), await marked()]).toEqual([['on_sale', 1, 1000], 1]);
  await countEvents(deps);
  expect([await shown('Changing'), await marked()]).toEqual([['on_sale', 1, 500], 0]);

  const soon = new Date(ms + 1_000);
  const startsAt = { startsAt: soon };
  const dated = await list('Dated', startsAt);
  await meanwhile(async () => {
    ms = soon.getTime();
    await takeBegunOffSale(deps);
  });
  expect(await marked()).toBe(1);
  await countEvents(deps);
  const id = eventIdOf({ title: 'Dated', ...startsAt });
  expect(await deps.events.findOne({ _id: id })).toMatchObject({ availability: 'off_sale', onSale: 0 });

  // Another replica counts a newer state first: the older one is not written over it.
  await editTicket(deps, { ticketId: ticket._id, userId: 'seller', edit: { ...edit, price: 400 }, trace });
  await meanwhile(async () => {
    await editTicket(deps, { ticketId: ticket._id, userId: 'seller', edit: { ...edit, price: 300 }, trace });
    await countEvents(deps);
  });
  await countEvents(deps);
  expect(await shown('Changing')).toEqual(['on_sale', 1, 300]);
  expect(dated.version).toBe(0);
});

test('When a release without keys changes a ticket while its event is counted, then its notes stay', async () => {
  const ticket = await list('Noted');
  await meanwhile(() => asBefore(ticket, { price: 800, version: 1, revision: 1 }));
  expect(await marked()).toBe(1);
  await countEvents(deps);
  expect([await shown('Noted'), await marked()]).toEqual([['on_sale', 1, 800], 0]);

  // Another replica gives it the keys of that edit, and notes both events.
  const eventIds = [eventIdOf({ title: 'Noted' }), eventIdOf({ title: 'Noted elsewhere' })];
  const [, eventId = ''] = eventIds;
  await asBefore(ticket, { title: 'Noted elsewhere', eventId, version: 2, uncounted: [eventId] });
  await meanwhile(() => asBefore(ticket, { keysOf: { revision: 1, eventId }, uncounted: eventIds }));
  expect(await marked()).toBe(1);
  await countEvents(deps);
  expect([await shown('Noted'), await shown('Noted elsewhere'), await marked()]).toEqual([
    ['off_sale', 0, 800],
    ['on_sale', 1, 800],
    0,
  ]);
});

test('When two replicas count a new event at once, then one entry is written and nothing stays uncounted', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, index) => list('Together', { price: 1000 + index })));
  await Promise.all([countEvents(deps), countEvents(deps), countEvents(deps)]);
  await countEvents(deps);
  expect([await shown('Together'), await marked()]).toEqual([['on_sale', 20, 1000], 0]);
});

test('When an event is over for a day, then it does not exist, and its late changes do not bring it back', async () => {
  const startsAt = new Date(ms + 1_000);
  const ticket = await list('Yesterday', { startsAt });
  const id = eventIdOf({ title: 'Yesterday', startsAt });
  await countEvents(deps);
  ms = startsAt.getTime() + 24 * 60 * 60_000 - 1;
  expect(await getEvent(deps, id)).toMatchObject({ title: 'Yesterday' });
  ms += 1;
  await expect(getEvent(deps, id)).rejects.toThrow('Event not found');
  // What the database does by its index.
  await deps.events.deleteOne({ _id: id });
  await deps.tickets.updateOne({ _id: ticket._id }, { $set: { uncounted: [id] } });
  await countEvents(deps);
  expect([await deps.events.countDocuments({ _id: id }), await marked()]).toEqual([0, 0]);
  const indexes = await deps.events.indexes();
  expect(indexes.find(({ name }) => name === 'over_for_a_day')).toMatchObject({ expireAfterSeconds: 86_400 });
});

test('When tickets were listed by a release without keys, then they get keys and events, sold ones too', async () => {
  const [onSale, sold] = [await list('Old show'), await list('Old sale')];
  const without = { $unset: { words: true, keysOf: true, uncounted: true, eventId: true } } as const;
  await deps.tickets.updateMany({ _id: { $in: [onSale._id, sold._id] } }, without);
  await asBefore(sold, { availability: 'sold' });
  await createEarlierReleaseFollower(deps)();
  await countEvents(deps);
  expect(await shown('Old show')).toEqual(['on_sale', 1, 1000]);
  const filled = await deps.tickets.find({ words: 'sale' }).toArray();
  expect(filled.map(({ title, eventId }) => [title, eventId])).toEqual([
    ['Old sale', eventIdOf({ title: 'Old sale' })],
  ]);
  const plan = await deps.tickets.find({ 'keysOf.revision': null }).explain('executionStats');
  expect(plan['executionStats']).toMatchObject({ nReturned: 0, totalDocsExamined: 0 });
});

test('When a release without keys changes tickets beside this one, then keys and events follow', async () => {
  const [edited, soldThere] = [await list('Before'), await list('Sold there')];
  await countEvents(deps);
  const follow = createEarlierReleaseFollower(deps);
  await follow();
  const after = { title: 'Afterwards', eventId: eventIdOf({ title: 'Afterwards' }), revision: 1, version: 1 };
  await asBefore(edited, after);
  await asBefore(soldThere, { availability: 'sold', version: 2 });
  await follow();
  await countEvents(deps);
  expect(await deps.tickets.countDocuments({ words: 'after' })).toBe(1);
  expect(await deps.tickets.countDocuments({ _id: edited._id, words: 'before' })).toBe(0);
  expect([await shown('Before'), await shown('Afterwards'), await shown('Sold there')]).toEqual([
    ['off_sale', 0, 1000],
    ['on_sale', 1, 1000],
    ['off_sale', 0, 1000],
  ]);
});

test('When such a release has run alone for a while, then the first run of this one mends what it left', async () => {
  const [edited, soldThere] = [await list('Left as it was'), await list('Left on sale')];
  await countEvents(deps);
  await asBefore(edited, {
    title: 'Left changed',
    eventId: eventIdOf({ title: 'Left changed' }),
    revision: 1,
    version: 1,
  });
  await asBefore(soldThere, { availability: 'sold', version: 2 });
  ms += 60 * 60_000;
  await createEarlierReleaseFollower(deps)();
  await countEvents(deps);
  expect(await deps.tickets.countDocuments({ _id: edited._id, words: 'chang' })).toBe(1);
  expect([await shown('Left as it was'), await shown('Left changed'), await shown('Left on sale')]).toEqual([
    ['off_sale', 0, 1000],
    ['on_sale', 1, 1000],
    ['off_sale', 0, 1000],
  ]);
});

test('When many tickets have changed, then all are counted, and reads are by indexes', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => list(`Many ${index % 8}`)));
  const explained = await deps.tickets.find({ uncounted: { $exists: true } }).explain('executionStats');
  expect(explained['executionStats']).toMatchObject({ nReturned: 40, totalDocsExamined: 40 });
  const ofOne = [{ $match: { availability: 'on_sale', eventId: { $in: [eventIdOf({ title: 'Many 1' })] } } }];
  const [counted] = await deps.tickets
    .aggregate(ofOne)
    .explain('executionStats')
    .then((plan) => [plan['executionStats']]);
  expect(counted).toMatchObject({ nReturned: 5, totalDocsExamined: 5 });
  const begun = await deps.tickets
    .find({ availability: 'on_sale', startsAt: { $lte: deps.now() } })
    .explain('executionStats');
  expect(begun['executionStats']).toMatchObject({ nReturned: 1, totalDocsExamined: 1 });
  await countEvents(deps);
  expect([await shown('Many 1'), await marked()]).toEqual([['on_sale', 5, 1000], 0]);
});
