import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ticketClaimRefused, ticketUpdated, type OrderState } from '@ticketing/common/events';
import { notByMajority } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import type { Document } from 'mongodb';
import supertest from 'supertest';
import { readConfig } from './config.ts';
import type { TicketDocument } from './models/open-models.ts';
import { startService } from './service.ts';
import { codePng } from './test/write-files.ts';
import { codeKey, openHarness, orderFor, type TicketsHarness } from './test/harness.ts';

let tickets: TicketsHarness;
const commands: Document[] = [];
const onDatabaseCommand = (command: Document) => commands.push(command);
let otherApi: ReturnType<typeof supertest>;

beforeAll(async () => {
  tickets = await openHarness();
  const config = readConfig({ ...tickets.system.env, CODE_KEY: codeKey });
  const other = await tickets.system.start((overrides) => startService(config, { ...overrides, onDatabaseCommand }));
  otherApi = supertest(other.url);
});
afterAll(() => tickets.system.close());

const longAgo = () => new Date(tickets.system.clock.now().getTime() - 60_000);
const refusals = (order: OrderState) =>
  tickets.system.events(ticketClaimRefused).filter(({ data }) => data.orderId === order.id);

test('When orders compete for tickets at two replicas, then each ticket is held once and every other order is refused once', async () => {
  const all = await Promise.all(Array.from({ length: 12 }, () => tickets.list()));
  const claims = all.map((ticket) => Array.from({ length: 3 }, () => orderFor(ticket)));
  // Each event twice and in mixed order; events this old do not wait for another order's release.
  await Promise.all(
    [...claims.flat(), ...claims.flat().toReversed()].map((order) => tickets.created(order, longAgo())),
  );
  await tickets.system.eventually(() => {
    for (const orders of claims) {
      const refused = orders.filter((order) => refusals(order).length > 0);
      expect(refused).toHaveLength(2);
    }
  });
  await tickets.createdHandled();
  await tickets.createdHandled();
  for (const orders of claims) {
    const [ticketId = ''] = orders.map(({ ticket }) => ticket.id);
    const { orderId, availability, version } = await tickets.stored(ticketId);
    expect([availability, version]).toEqual(['held', 1]);
    for (const order of orders) {
      expect(refusals(order).map(({ data }) => data.reason)).toEqual(order.id === orderId ? [] : ['unavailable']);
    }
    expect(tickets.updates(ticketId).map((state) => state.orderId)).toEqual([orderId]);
  }
});

test('When sellers edit at two replicas at once, then no edit is lost', async () => {
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const ticket = await tickets.list();
      const responses = await Promise.all(
        [tickets.api, otherApi].map((api, index) =>
          api
            .put(`/api/tickets/${ticket.id}`)
            .set(tickets.system.as('seller'))
            .send({ title: 'Final', price: 30 + index }),
        ),
      );
      const made = responses.filter(({ status }) => status === 200);
      expect(responses.every(({ status }) => status === 200 || status === 409)).toBe(true);
      expect((await tickets.get(ticket.id)).version).toBe(made.length);
    }),
  );
});

const shownElsewhere = async () => (await otherApi.get('/api/tickets').query({ q: 'elsewhere' })).body;

test('When another process has changed a ticket, then this one’s list shows it within a second', async () => {
  expect(await shownElsewhere()).toEqual([]);
  const ticket = await tickets.list({ title: 'Elsewhere' });
  await tickets.system.eventually(async () => expect(await shownElsewhere()).toEqual([ticket]), 1_500);
});

test('When a process died between its write and its publishing, then another publishes the event', async () => {
  const ticket = await tickets.list();
  const { outbox: _, ...stored } = await tickets.stored(ticket.id);
  const id = 'left-behind';
  await tickets.system.collection<TicketDocument>('tickets').insertOne({
    ...stored,
    _id: id,
    version: 1,
    outbox: [
      {
        id: 'event-left-behind',
        type: ticketUpdated.type,
        schemaVersion: 1,
        time: tickets.system.clock.now(),
        version: 1,
        correlationId: 'left-behind',
        traceId: '0'.repeat(32),
        data: { id, version: 1, revision: 1, title: 'Final', price: 1999, userId: 'seller' },
      },
    ],
  });
  tickets.system.clock.advance(5_000);
  await tickets.system.eventually(async () => {
    expect(tickets.updates(id)).toHaveLength(1);
    expect((await tickets.stored(id)).outbox).toEqual([]);
  });
});

test('When the events of orders come in any order and several times, then every change of a ticket is a legal transition', async () => {
  const step = fc.tuple(fc.constantFrom('created', 'cancelled', 'complete'), fc.nat(2));
  // An order is complete or cancelled, never both.
  const lawful = fc
    .array(step, { minLength: 2, maxLength: 10 })
    .map((steps) =>
      steps.filter(
        ([kind, order], index) =>
          kind === 'created' ||
          !steps.slice(0, index).some(([earlier, of]) => of === order && earlier !== 'created' && earlier !== kind),
      ),
    );
  const sequences = fc.sample(lawful, { numRuns: 30, seed: 7 });
  const played = await Promise.all(
    sequences.map(async (events) => {
      const ticket = await tickets.list();
      const orders = [orderFor(ticket), orderFor(ticket), orderFor(ticket)];
      await Promise.all(
        events.map(async ([kind, index]) => {
          const order = orders[index];
          if (order === undefined) return;
          if (kind === 'created') await tickets.created(order, longAgo());
          else if (kind === 'cancelled') await tickets.cancelled(order);
          else await tickets.complete(order);
        }),
      );
      return { ticket, orders, events };
    }),
  );
  for (let replica = 0; replica < 2; replica += 1) {
    await tickets.createdHandled();
    await tickets.cancelledHandled();
    await tickets.updatedHandled();
  }
  for (const { ticket, orders, events } of played) {
    const happened = (kind: string) =>
      orders.filter((_, index) => events.some(([each, of]) => each === kind && of === index)).map(({ id }) => id);
    await tickets.system.eventually(async () => {
      const { orderId, availability, version } = await tickets.stored(ticket.id);
      const updates = tickets.updates(ticket.id);
      // Each version is published once, and from one to the next the ticket is claimed, released or sold, nothing else.
      expect(updates.map((state) => state.version)).toEqual(Array.from({ length: version }, (_, index) => index + 1));
      let [holder, isSold]: [string | undefined, boolean] = [undefined, false];
      for (const state of updates) {
        expect(isSold).toBe(false);
        if (holder === undefined) expect(happened('created')).toContain(state.orderId);
        else if (state.orderId === undefined) expect(happened('cancelled')).toContain(holder);
        else expect([state.orderId, happened('complete').includes(holder)]).toEqual([holder, true]);
        [holder, isSold] = [state.orderId, state.soldAt !== undefined];
      }
      expect(orderId).toBe(holder);
      expect(availability).toBe(isSold ? 'sold' : holder === undefined ? 'on_sale' : 'held');
      // At the end nobody holds it whose order was cancelled.
      if (holder !== undefined && !isSold) expect(happened('cancelled')).not.toContain(holder);
    });
  }
});

test('When the routes and events of this service are used, then it reads and writes by majority only', async () => {
  const seller = tickets.system.as('seller');
  const ticket = (await otherApi.post('/api/tickets').set(seller).send({ title: 'Final', price: 1 }).expect(201)).body;
  await otherApi.put(`/api/tickets/${ticket.id}`).set(seller).send({ title: 'Final', price: 2 }).expect(200);
  await otherApi.get(`/api/tickets/${ticket.id}`).expect(200);
  const upload = otherApi.put(`/api/tickets/${ticket.id}/file`).set(seller).set('content-type', 'image/png');
  await upload.send(await codePng('QRCode', 'SEAT-1')).expect(200);
  await otherApi.delete(`/api/tickets/${ticket.id}`).set(seller).expect(204);
  await otherApi.get('/api/tickets').query({ q: 'final', sort: 'price' }).expect(200);
  await otherApi.get('/api/tickets').query({ mine: 'true' }).set(seller).expect(200);
  for (const name of ['insert', 'update', 'findAndModify', 'find', 'aggregate']) {
    expect([name, commands.some((command) => command[name] === 'tickets')]).toEqual([name, true]);
  }
  expect(commands.some(({ commitTransaction }) => commitTransaction === 1)).toBe(true);
  expect(notByMajority(commands)).toEqual([]);
});
