import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { readLive, type LiveReader } from '@ticketing/common/testing';
import supertest from 'supertest';
import { openHarness, type TicketsHarness } from '../test/harness.ts';

let tickets: TicketsHarness;
let replicas: readonly string[];
const readers: LiveReader[] = [];

beforeAll(async () => {
  tickets = await openHarness();
  replicas = [tickets.api.get('/').url.slice(0, -1), (await tickets.startReplica()).url];
});
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(() => tickets.system.close());

/** A reader at each replica. */
const readAll = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
  const opened = await Promise.all(replicas.map((url) => readLive(`${url}${path}`, headers)));
  readers.push(...opened);
  return opened;
};
const eventually = (check: () => void | Promise<void>) => tickets.system.eventually(check);
const newest = (reader: LiveReader) => reader.messages.at(-1)?.data;

test('When a ticket is edited, held and sold, then readers at every replica see each state, as GET shows it, under one id', async () => {
  const { id } = await tickets.list();
  const all = await readAll(`/api/tickets/${id}/stream`);
  const present = async () => {
    const ticket = await tickets.get(id);
    await eventually(() => {
      for (const reader of all) expect(newest(reader)).toEqual(ticket);
    });
    return ticket;
  };
  expect(await present()).toMatchObject({ version: 0, price: 19.99 });
  await tickets.put(id, { title: 'Final', price: 25 });
  expect(await present()).toMatchObject({ version: 1, price: 25 });
  const ids = all.map(({ messages }) => messages.map((message) => message.id));
  expect(ids[1]).toEqual(ids[0]);
  expect(new Set(ids[0]).size).toBe(2);
});

test('When a ticket is held and given back, then readers see it', async () => {
  const { ticket, order } = await tickets.held();
  const all = await readAll(`/api/tickets/${ticket.id}/stream`);
  await eventually(() => {
    for (const reader of all) expect(newest(reader)).toMatchObject({ orderId: order.id });
  });
  await tickets.cancelled(order);
  await eventually(() => {
    for (const reader of all) expect(newest(reader)).not.toHaveProperty('orderId');
  });
});

test('When a ticket is withdrawn, then who has followed it sees that, and for others than its seller there is no such ticket', async () => {
  const { id } = await tickets.list();
  const all = await readAll(`/api/tickets/${id}/stream`);
  await tickets.api.delete(`/api/tickets/${id}`).set(tickets.system.as('seller'));
  await eventually(() => {
    for (const reader of all) expect(newest(reader)).toMatchObject({ withdrawnAt: expect.any(String) });
  });
  for (const { status } of await readAll(`/api/tickets/${id}/stream`)) expect(status).toBe(404);
  for (const { status } of await readAll(`/api/tickets/${id}/stream`, tickets.system.as('seller')))
    expect(status).toBe(200);
});

test('When tickets of an event are listed, moved to another event and withdrawn, then readers of both events see what is left', async () => {
  const one = await tickets.list({ title: 'Gala', venue: 'Opera', price: 30 });
  const other = await tickets.list({ title: 'Matinee', venue: 'Opera', price: 10 });
  await eventually(async () => {
    for (const { eventId } of [one, other])
      expect((await tickets.api.get(`/api/events/${eventId}`)).body).toMatchObject({ onSale: 1 });
  });
  const galas = await readAll(`/api/events/${one.eventId}/stream`);
  const matinees = await readAll(`/api/events/${other.eventId}/stream`);
  const shows = (all: readonly LiveReader[], expected: object) =>
    eventually(() => {
      for (const reader of all) expect(newest(reader)).toMatchObject(expected);
    });
  await shows(galas, { onSale: 1, fromPrice: 30 });
  const added = await tickets.list({ title: 'Gala', venue: 'Opera', price: 20 });
  await shows(galas, { onSale: 2, fromPrice: 20 });
  await tickets.put(added.id, { title: 'Matinee', price: 5 });
  await shows(galas, { onSale: 1, fromPrice: 30 });
  await shows(matinees, { onSale: 2, fromPrice: 5 });
  await tickets.api.delete(`/api/tickets/${one.id}`).set(tickets.system.as('seller'));
  await shows(galas, { onSale: 0 });
  expect(galas[0]?.messages.at(-1)?.data).toEqual((await tickets.api.get(`/api/events/${one.eventId}`)).body);
});

test('When a dearer ticket of an event is edited, then readers of the event hear of it, and no list is older than that', async () => {
  const event = { title: 'Recital', venue: 'Opera' };
  const [cheap, dear] = [await tickets.list({ ...event, price: 10 }), await tickets.list({ ...event, price: 30 })];
  const path = `/api/events/${cheap.eventId}`;
  // What is counted later would raise the version as well.
  await eventually(async () => {
    expect(await tickets.system.collection('tickets').countDocuments({ uncounted: { $exists: true } })).toBe(0);
    expect((await tickets.api.get(path)).body).toMatchObject({ onSale: 2 });
  });
  const { version } = (await tickets.api.get(path)).body;
  const all = await readAll(`${path}/stream`);
  await eventually(() => {
    for (const reader of all) expect(newest(reader)).toMatchObject({ version });
  });
  const prices = (url: string) =>
    supertest(url)
      .get(`/api/tickets?eventId=${cheap.eventId}&sort=price`)
      .then(({ body }) => body.map(({ price }: { readonly price: number }) => price));
  // Every replica has the page in its memory.
  for (const url of replicas) expect(await prices(url)).toEqual([10, 30]);
  await tickets.put(dear.id, { ...event, price: 35 });
  await eventually(() => {
    for (const reader of all) {
      expect(newest(reader)).toMatchObject({ onSale: 2, fromPrice: 10 });
      // Both replicas may have counted the change.
      expect(newest(reader)).not.toMatchObject({ version });
    }
  });
  for (const url of replicas) expect(await prices(url)).toEqual([10, 35]);
});

test('When there is no such ticket or event, then the response is 404', async () => {
  for (const path of ['/api/tickets/none/stream', '/api/events/none/stream'])
    for (const { status } of await readAll(path)) expect(status).toBe(404);
});
