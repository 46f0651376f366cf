import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConflictError } from '@ticketing/common/errors';
import { ticketClaimRefused } from '@ticketing/common/events';
import { httpKit, openLive, openService, openSite, SessionEndings } from '@ticketing/common/service';
import { createTurnstile, openTestSystem, type TestSystem } from '@ticketing/common/testing';
import * as fc from 'fast-check';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { openMetrics } from '../metrics.ts';
import { collections, openModels } from '../models/open-models.ts';
import { createListCache } from '../memory/list-cache.ts';
import { eventSource } from '../routes/stream-event.ts';
import { ticketSource } from '../routes/stream-ticket.ts';
import { codeKey, orderFor } from '../test/harness.ts';
import { decideClaim, isLate } from '../domain/claim-decision.ts';
import { claimTickets } from './claim-tickets.ts';
import { createTicket } from './create-ticket.ts';
import type { Deps } from '../deps.ts';
import { editTicket } from './edit-ticket.ts';
import { createHolderWaits } from '../memory/holder-waits.ts';
import { releaseTickets } from './release-tickets.ts';

let system: TestSystem;
let deps: Deps;

const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

beforeAll(async () => {
  system = await openTestSystem();
  await system.start((overrides) => {
    const config = readConfig({ ...system.env, CODE_KEY: codeKey });
    const service = openService('tickets', config, overrides);
    const cache = createListCache({ maxAgeMs: 1_000, now: () => performance.now() });
    deps = {
      ...openModels(service),
      now: service.now,
      newId: service.newId,
      currency: config.CURRENCY,
      deliveryMinMs: 900_000,
      transaction: () => Promise.reject(new Error('not used')),
      codeKey: 'not used',
      clearListCache: cache.clear,
      holderWaits: createHolderWaits(() => service.now().getTime()),
      inspectFile: () => Promise.reject(new Error('not used')),
      metrics: openMetrics(service.metrics),
    };
    const sessions = new SessionEndings(service);
    const live = openLive(service, config, sessions);
    return service.run({
      collections,
      app: createApp(httpKit(service, openSite(service, config, { sessions })), {
        ...deps,
        listCache: cache,
        liveTickets: live.of(ticketSource(deps)),
        liveEvents: live.of(eventSource(deps)),
      }),
      listeners: [],
    });
  });
});
afterAll(() => system.close());

const listed = async () => {
  const ticket = await createTicket(deps, { userId: 'seller', listing: { title: 'Final', price: 1999 }, trace });
  return { id: ticket._id, version: 0, title: 'Final', price: 19.99, userId: 'seller' };
};
const stored = (ticketId: string) => deps.tickets.findOne({ _id: ticketId });

/** Waits for as many round trips to the database. */
const roundTrips = async (count: number) => {
  for (let trip = 0; trip < count; trip += 1) await deps.tickets.findOne({ _id: 'nothing' });
};

test('When a price is raised while the ticket is claimed, then the edit or the claim succeeds, never both', async () => {
  const results = await Promise.all(
    Array.from({ length: 120 }, async (_, index) => {
      const ticket = await listed();
      const order = orderFor(ticket);
      const [edit, outcomes] = await Promise.all([
        editTicket(deps, { ticketId: ticket.id, userId: 'seller', edit: { title: 'Final', price: 3000 }, trace }).then(
          () => 'made',
          (error: unknown) => String(error),
        ),
        roundTrips(index % 4).then(() => claimTickets(deps)([{ state: order, time: new Date(), trace }])),
      ]);
      expect(outcomes).toEqual(['done']);
      const after = await stored(ticket.id);
      if (edit === 'made') {
        expect(after).toMatchObject({ availability: 'on_sale', price: 3000, version: 1, revision: 1 });
        expect(after?.orderId).toBeUndefined();
        const refusal = await system.eventually(() => {
          const found = system.events(ticketClaimRefused).find(({ data }) => data.orderId === order.id);
          if (found === undefined) throw new Error('not refused yet');
          return found;
        });
        expect(refusal.data).toEqual({ ticketId: ticket.id, orderId: order.id, reason: 'price_changed' });
        return 'edited';
      }
      expect(edit).toBe('BadRequestError: Cannot edit a reserved ticket');
      expect(after).toMatchObject({ availability: 'held', orderId: order.id, price: 1999, version: 1, revision: 0 });
      return 'claimed';
    }),
  );
  expect(new Set(results)).toEqual(new Set(['edited', 'claimed']));
});

test('When claim and cancellation of one order run in parallel, then the ticket ends on sale', async () => {
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const ticket = await listed();
      const order = orderFor(ticket);
      await Promise.all([
        roundTrips(index % 3).then(() => claimTickets(deps)([{ state: order, time: new Date(), trace }])),
        roundTrips((index >> 2) % 3).then(() => releaseTickets(deps)([{ state: order, time: new Date(), trace }])),
      ]);
      const after = await stored(ticket.id);
      expect(after).toMatchObject({ availability: 'on_sale', closedOrders: [{ id: order.id }] });
      expect(after?.orderId).toBeUndefined();
      expect([0, 2]).toContain(after?.version);
    }),
  );
});

test('When several orders claim one ticket in parallel, then exactly one holds it', async () => {
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const ticket = await listed();
      const orders = Array.from({ length: 4 }, () => orderFor(ticket));
      const outcomes = await Promise.all(
        orders.map((order) => claimTickets(deps)([{ state: order, time: new Date(), trace }])),
      );
      const done = outcomes.flat().filter((outcome) => outcome === 'done');
      const waits = outcomes.flat().filter((outcome) => typeof outcome === 'object' && 'retryAfterMs' in outcome);
      expect([done.length, waits.length]).toEqual([1, 3]);
      const after = await stored(ticket.id);
      expect(after).toMatchObject({ availability: 'held', version: 1 });
      expect(orders.map(({ id }) => id)).toContain(after?.orderId);
    }),
  );
});

test('When an order that waited for another holder is decided, then its wait is removed', async () => {
  const ticket = await listed();
  const [holder, order] = [orderFor(ticket), orderFor(ticket)];
  await claimTickets(deps)([{ state: holder, time: new Date(), trace }]);
  expect(await claimTickets(deps)([{ state: order, time: new Date(), trace }])).toEqual([
    { retryAfterMs: expect.any(Number) },
  ]);
  system.clock.advance(500);
  expect(deps.holderWaits.elapsedMs(order.id)).toBeGreaterThanOrEqual(500);
  await releaseTickets(deps)([{ state: holder, time: new Date(), trace }]);
  expect(await claimTickets(deps)([{ state: order, time: new Date(), trace }])).toEqual(['done']);
  expect(deps.holderWaits.elapsedMs(order.id)).toBe(0);
});

test('When a claim is refused, then it is counted once, even if its event arrives several times', async () => {
  const ticket = await listed();
  const order = orderFor(ticket);
  await editTicket(deps, { ticketId: ticket.id, userId: 'seller', edit: { title: 'Final', price: 3000 }, trace });
  const refusals = async () =>
    (await deps.metrics.claimsRefused.get()).values.find(({ labels }) => labels.reason === 'price_changed')?.value ?? 0;
  const before = await refusals();
  for (let time = 0; time < 3; time += 1) {
    expect(await claimTickets(deps)([{ state: order, time: new Date(), trace }])).toEqual(['done']);
  }
  expect((await refusals()) - before).toBe(1);
});

test('When several edits have read the same revision, then one is made and the others are conflicts', async () => {
  const ticket = await listed();
  const prices = [2100, 2200, 2300];
  const turnstile = createTurnstile();
  const editing: Deps = {
    ...deps,
    tickets: turnstile.collection(deps.tickets),
    ticketStore: {
      ...deps.ticketStore,
      change: (change) => turnstile.pass(() => deps.ticketStore.change(change)),
    },
  };
  const results: string[] = [];
  const edits = prices.map((price) => async () => {
    const request = { ticketId: ticket.id, userId: 'seller', edit: { title: 'Final', price }, trace };
    results.push(
      await editTicket(editing, request).then(
        () => 'made',
        (error: unknown) => (error instanceof ConflictError ? 'conflict' : String(error)),
      ),
    );
  });
  // Each edit reads before one of them writes.
  await turnstile.run(edits, [0, 1, 2]);
  expect(results.toSorted()).toEqual(['conflict', 'conflict', 'made']);
  expect(await stored(ticket.id)).toMatchObject({ version: 1, revision: 1 });
});

const orderIds = ['order-a', 'order-b'] as const;
const storedTicket = fc
  .record({
    state: fc.oneof(
      fc.record({ availability: fc.constant('on_sale' as const) }),
      fc.record({ availability: fc.constant('held' as const), orderId: fc.constantFrom(...orderIds) }),
      fc.record({
        availability: fc.constant('sold' as const),
        orderId: fc.constantFrom(...orderIds),
        soldAt: fc.constant(new Date()),
      }),
    ),
    revision: fc.nat(1),
    closed: fc.subarray([...orderIds]),
    begun: fc.boolean(),
  })
  .map(({ state, ...rest }) => ({ ...state, ...rest }));

test('When an order claims a ticket in any state, then the write matches exactly when the decision is to claim', async () => {
  const property = fc.asyncProperty(
    storedTicket,
    fc.nat(1),
    fc.boolean(),
    async ({ closed, begun, ...state }, revision, late) => {
      const { id } = await listed();
      const now = deps.now();
      const expiresAt = new Date(now.getTime() + (late ? -600_000 : 600_000));
      const closedOrders = closed.map((orderId) => ({
        id: orderId,
        at: now,
        expiresAt: new Date(now.getTime() + 600_000),
      }));
      await deps.tickets.updateOne(
        { _id: id },
        { $set: { ...state, closedOrders, ...(begun ? { startsAt: now } : {}) } },
      );
      const ticket = { id, version: 0, title: 'Final', price: 19.99, userId: 'seller' };
      const order = orderFor(ticket, { id: orderIds[0], expiresAt: expiresAt.toISOString() }, revision);
      const before = await stored(id);
      if (before === null) throw new Error('no ticket');
      const claim = { orderId: order.id, revision, price: order.price, isLate: isLate(order, now) };
      await claimTickets(deps)([{ state: order, time: now, trace }]);
      const after = await stored(id);
      const isClaimed = after?.version === before.version + 1 && after.orderId === order.id;
      expect(isClaimed).toBe(decideClaim(before, claim, { waitedMs: 0, now }).kind === 'claim');
      deps.holderWaits.forget(order.id);
    },
  );
  await fc.assert(property, {
    numRuns: 100,
    examples: [
      // The only state in which it is claimed, and each condition broken alone.
      [{ availability: 'on_sale', revision: 0, closed: [], begun: false }, 0, false],
      [{ availability: 'on_sale', revision: 1, closed: [], begun: false }, 0, false],
      [{ availability: 'on_sale', revision: 0, closed: [], begun: true }, 0, false],
      [{ availability: 'on_sale', revision: 0, closed: [orderIds[0]], begun: false }, 0, false],
      [{ availability: 'on_sale', revision: 0, closed: [], begun: false }, 0, true],
      [{ availability: 'held', orderId: orderIds[1], revision: 0, closed: [], begun: false }, 0, false],
    ],
  });
});
