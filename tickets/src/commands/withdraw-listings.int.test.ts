import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { userClosed, userUpdated } from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import { Database, newId } from '@ticketing/common/mongo';
import { closedAccounts, createLogger, Metrics } from '@ticketing/common/service';
import { openTestSystem } from '@ticketing/common/testing';
import type { Deps } from '../deps.ts';
import { createHolderWaits } from '../memory/holder-waits.ts';
import { openMetrics } from '../metrics.ts';
import { collections, openModels, type TicketDocument } from '../models/open-models.ts';
import { openHarness, orderFor, type TicketsHarness } from '../test/harness.ts';
import { codePng } from '../test/write-files.ts';
import { createTicket } from './create-ticket.ts';
import { withdrawListings } from './withdraw-listings.ts';

let tickets: TicketsHarness;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  tickets = await openHarness();
});
afterAll(async () => {
  for (const close of closers) await close();
  await tickets.system.close();
});

const documents = () => tickets.system.collection<TicketDocument>('tickets');
const accounts = () => tickets.system.collection<{ _id: string; heardAt: Date; expiresAt: Date }>(closedAccounts.name);
const close = (userId: string) => tickets.system.publish(userClosed, { id: userId, version: 1 });
const untilNoneOnSale = (userId: string) =>
  tickets.system.eventually(async () => {
    expect(await documents().countDocuments({ userId, availability: 'on_sale' })).toBe(0);
  });
const untilMarked = (ticketId: string) =>
  tickets.system.eventually(async () => {
    expect(await tickets.stored(ticketId)).toMatchObject({ sellerClosed: true });
  });
/** Closes an account; those that were closed before have been handled then. */
const closed = async () => {
  const seller = newId();
  await tickets.list({}, seller);
  await close(seller);
  await untilNoneOnSale(seller);
};
/** A ticket of this seller that an order holds. */
const held = async (sellerId: string) => {
  const ticket = await tickets.list({}, sellerId);
  const order = orderFor(ticket);
  await tickets.created(order);
  await tickets.untilHeld(order);
  return { ticket, order };
};

test('When an account is closed, then what it has on sale is withdrawn, once, and nothing of others', async () => {
  const [seller, another] = [newId(), newId()];
  const [own, foreign] = [await tickets.list({}, seller), await tickets.list({}, another)];
  const event = await close(seller);
  await untilNoneOnSale(seller);
  await tickets.system.send(event.type, event);
  await close(seller);
  await closed();
  await tickets.system.eventually(() => {
    expect(tickets.updates(own.id)).toEqual([
      expect.objectContaining({ version: 1, revision: 1, withdrawnAt: expect.any(String) }),
    ]);
  });
  expect(await tickets.stored(foreign.id)).toMatchObject({ availability: 'on_sale', version: 0 });
});

test('When an account is suspended, then what it has on sale is withdrawn, and what it lists once it is reinstated stays', async () => {
  const seller = newId();
  const before = await tickets.list({}, seller);
  const suspendedAt = new Date().toISOString();
  const suspended = { id: seller, version: 1, suspendedAt };
  await tickets.system.publish(userUpdated, suspended);
  await untilNoneOnSale(seller);
  const late = { title: 'Final', price: 1999 };
  const refused = await tickets.api.post('/api/tickets').set(tickets.system.as(seller)).send(late);
  expect(refused.status).toBe(401);
  const reinstatedAt = new Date(Date.parse(suspendedAt) + 1).toISOString();
  await tickets.system.publish(userUpdated, { ...suspended, version: 2, reinstatedAt });
  const accountOf = async () => accounts().findOne({ _id: seller });
  await tickets.system.eventually(async () => expect(await accountOf()).toHaveProperty('reinstatedAt'));
  const after = await tickets.list({}, seller);
  // It arrives once more, and late.
  await tickets.system.publish(userUpdated, suspended);
  await closed();
  expect(await tickets.stored(before.id)).toMatchObject({ availability: 'withdrawn' });
  expect(await tickets.stored(after.id)).toMatchObject({ availability: 'on_sale', version: 0 });
});

test('When an account has more on sale than a page, then its event withdraws all of it and clears the list, by indexes', async () => {
  const system = await openTestSystem();
  closers.unshift(() => system.close());
  const logger = createLogger({ service: 'tickets', level: 'silent' });
  const database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'tickets', logger });
  closers.unshift(() => database.close());
  await database.prepare(collections);
  const relay = { register: () => undefined, publish: () => undefined };
  const now = () => system.clock.now();
  let cleared = 0;
  const deps: Deps = {
    ...openModels({ database, relay, now, newId }),
    now,
    newId,
    currency: currencyOf('usd'),
    deliveryMinMs: 900_000,
    transaction: () => Promise.reject(new Error('not used')),
    codeKey: 'not used',
    clearListCache: () => (cleared += 1),
    holderWaits: createHolderWaits(),
    inspectFile: () => Promise.reject(new Error('not used')),
    metrics: openMetrics(new Metrics()),
  };
  const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
  const ticket = await createTicket(deps, { userId: 'seller', listing: { title: 'Final', price: 1999 }, trace });
  await deps.tickets.insertMany(
    Array.from({ length: 450 }, () => ({ ...ticket, revision: 0, closedOrders: [], _id: newId(), outbox: [] })),
  );
  await createTicket(deps, { userId: 'another', listing: { title: 'Final', price: 1999 }, trace });
  cleared = 0;
  await withdrawListings(deps)({ state: { id: 'seller' }, time: now(), trace });
  expect(await deps.tickets.countDocuments({ userId: 'seller', availability: 'withdrawn', version: 1 })).toBe(451);
  expect(cleared).toBeGreaterThan(0);
  // The next look reads none of those again, nor what others have on sale.
  for (const filter of [
    // The watchdog's too.
    { userId: { $in: ['seller'] }, availability: { $in: ['on_sale' as const, 'over' as const, 'held' as const] } },
    { sellerClosed: true, availability: { $in: ['on_sale' as const, 'over' as const] } },
  ]) {
    const { executionStats } = await deps.tickets.find(filter).explain('executionStats');
    expect(executionStats).toMatchObject({ totalDocsExamined: 0 });
  }
});

test('When an account is closed after an event has begun, then its unsold ticket is withdrawn, and its file is forgotten', async () => {
  const seller = newId();
  const startsAt = new Date(tickets.system.clock.now().getTime() + 60_000).toISOString();
  const ticket = await tickets.list({ startsAt }, seller);
  const { status } = await tickets.api
    .put(`/api/tickets/${ticket.id}/file`)
    .set(tickets.system.as(seller))
    .set('content-type', 'image/png')
    .send(await codePng('QRCode', newId()));
  expect(status).toBe(200);
  tickets.system.clock.advance(61_000);
  await tickets.system.eventually(async () => expect((await tickets.stored(ticket.id)).availability).toBe('over'));
  await close(seller);
  await tickets.system.eventually(async () => {
    const stored = await tickets.stored(ticket.id);
    expect(stored).toMatchObject({ availability: 'withdrawn', withdrawnAt: expect.any(Date) });
    expect(stored).not.toHaveProperty('fileId');
  });
  for (const name of ['codes', 'files'])
    expect(await tickets.system.collection(name).countDocuments({ ticketId: ticket.id })).toBe(0);
  expect((await tickets.api.get(`/api/tickets/${ticket.id}`)).status).toBe(404);
});

test('When a hold of a ticket ends after its seller has closed the account, then the release withdraws it', async () => {
  const seller = newId();
  const { ticket, order } = await held(seller);
  await close(seller);
  await untilMarked(ticket.id);
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'held', orderId: order.id, version: 1 });
  await tickets.cancelled(order);
  await tickets.system.eventually(() => {
    expect(tickets.updates(ticket.id).at(-1)).toEqual({
      id: ticket.id,
      version: 2,
      revision: 1,
      lastEdit: { revision: 1, version: 2 },
      title: 'Final',
      price: 1999,
      currency: 'usd',
      userId: seller,
      eventId: expect.any(String),
      delivery: 'by_seller',
      withdrawnAt: expect.any(String),
    });
  });
  expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'withdrawn', version: 2 });
});

test('When a held ticket is paid after its seller has closed the account, then it is sold', async () => {
  const seller = newId();
  const { ticket, order } = await held(seller);
  await close(seller);
  await untilMarked(ticket.id);
  await tickets.complete(order);
  await tickets.system.eventually(async () => {
    expect(await tickets.stored(ticket.id)).toMatchObject({ availability: 'sold', orderId: order.id });
  });
});

test('When a ticket is listed by a request of an account that is closed already, then it is refused and withdrawn', async () => {
  const seller = newId();
  await tickets.list({}, seller);
  await close(seller);
  await untilNoneOnSale(seller);
  const response = await tickets.api
    .post('/api/tickets')
    .set(tickets.system.as(seller))
    .send({ title: 'Final', price: 19.99 });
  expect(response.status).toBe(401);
  expect(await documents().countDocuments({ userId: seller, availability: 'withdrawn' })).toBe(2);
});

test('When a process dies between a listing and its look at closed accounts, then the listing is withdrawn all the same', async () => {
  const seller = newId();
  const copy = await tickets.stored((await tickets.list({}, seller)).id);
  await close(seller);
  await untilNoneOnSale(seller);
  await documents().insertOne({ ...copy, _id: newId(), outbox: [] });
  await untilNoneOnSale(seller);
});

test('When an earlier release puts a marked ticket on sale, then it is withdrawn, however long ago the account was closed', async () => {
  const seller = newId();
  const { ticket } = await held(seller);
  await close(seller);
  await untilMarked(ticket.id);
  await accounts().deleteOne({ _id: seller });
  await documents().updateOne({ _id: ticket.id }, { $set: { availability: 'on_sale' }, $unset: { orderId: true } });
  await untilNoneOnSale(seller);
});

test('When an account is closed, then it is known until no token of it is valid', async () => {
  const seller = newId();
  const before = tickets.system.clock.now().getTime();
  await close(seller);
  const stored = await tickets.system.eventually(async () => {
    const account = await accounts().findOne({ _id: seller });
    if (account === null) throw new Error('not heard');
    return account;
  });
  expect(stored.expiresAt.getTime() - before).toBeGreaterThanOrEqual(8 * 86_400_000);
});
