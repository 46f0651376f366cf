import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCancelled, orderCreated, orderExpired, orderUpdated, type OrderState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import { Redis } from 'ioredis';
import { readConfig } from '../config.ts';
import type { TimerDocument } from '../models/open-models.ts';
import { startService } from '../service.ts';

let system: TestSystem;
let redis: Redis;

const start = () =>
  system.start((overrides) => startService(readConfig({ ...system.env, REDIS_PREFIX: system.name }), overrides));

// Two replicas throughout: whatever one of them does, the other may do at the same moment.
beforeAll(async () => {
  system = await openTestSystem();
  redis = new Redis(system.env.REDIS_URL ?? '');
  await Promise.all([start(), start()]);
});
afterAll(async () => {
  await system.close();
  await redis.quit();
});

const order = (holdMs: number, state: Partial<OrderState> = {}): OrderState => ({
  id: newId(),
  version: 0,
  userId: 'buyer',
  status: 'created',
  expiresAt: new Date(system.clock.now().getTime() + holdMs).toISOString(),
  price: 1999,
  ticket: { id: newId(), title: 'Final', price: 1999, version: 0, revision: 0 },
  ...state,
});
const timerOf = (id: string) => system.collection<TimerDocument>('timers').findOne({ _id: id });
/** Oldest first, each once however often the relay sent it. */
const ringsOf = (id: string) => {
  const rings = system.events(orderExpired).filter(({ data }) => data.orderId === id);
  return [...new Map(rings.map((ring) => [ring.id, ring])).values()].toSorted(
    (a, b) => a.aggregate.version - b.aggregate.version,
  );
};
const alarmOf = (id: string) => redis.exists(`${system.name}:timers:${id}`);

const armed = async (holdMs: number): Promise<OrderState> => {
  const state = order(holdMs);
  await system.publish(orderCreated, state);
  await system.eventually(async () => expect(await timerOf(state.id)).toMatchObject({ armed: true }));
  return state;
};
/** At least: on a busy machine the next ring may have come before anybody looked. */
const rung = (id: string, times: number) =>
  system.eventually(async () => {
    expect(ringsOf(id).length).toBeGreaterThanOrEqual(times);
    expect(await timerOf(id)).toMatchObject({ outbox: [] }); // Rings again only after the last ring has left.
  });
/** Each ring once, by one replica only: one version each, and 2 s between. */
const expectEachRingOnce = (id: string) => {
  const rings = ringsOf(id);
  expect(rings.map(({ aggregate }) => aggregate.version)).toEqual(rings.map((_, index) => index));
  const times = rings.map(({ time }) => Date.parse(time));
  times.slice(1).forEach((time, index) => expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(2_000));
};
/** Sets a later timer and waits for its ring: whatever was due before it would have rung by then. */
const whenOthersHaveRung = async () => {
  const { id } = await armed(0);
  await system.eventually(() => expect(ringsOf(id).length).toBeGreaterThan(0));
};

test('When an order is created, then its timer rings at the deadline, not before, and carries the trace', async () => {
  const state = order(700);
  const created = await system.publish(orderCreated, state);
  await system.eventually(async () => {
    expect(await timerOf(state.id)).toMatchObject({ armed: true, rings: 0, deadline: new Date(state.expiresAt) });
    expect(await alarmOf(state.id)).toBe(1);
  });
  expect((await timerOf(state.id))?.version).toBeUndefined();
  const ring = await system.eventually(() => {
    const [found] = ringsOf(state.id);
    if (found === undefined) throw new Error('not rung yet');
    return found;
  });
  const late = Date.parse(ring.time) - Date.parse(state.expiresAt);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(1_500);
  expect(ring.aggregate).toEqual({ type: 'timer', id: state.id, version: 0 });
  expect(ring.data).toEqual({ orderId: state.id });
  expect(ring.correlationId).toBe(created.correlationId);
  expect(await timerOf(state.id)).toMatchObject({ armed: true });
});

test('When nothing is heard of the order, then its timer rings again, until the order has ended', async () => {
  const state = await armed(300);
  await rung(state.id, 1);
  system.clock.advance(2_000);
  await rung(state.id, 2);
  system.clock.advance(4_000);
  await rung(state.id, 3);
  expectEachRingOnce(state.id);
  await system.publish(orderCancelled, { ...state, version: 1, status: 'cancelled', reason: 'expired' });
  await system.eventually(async () => expect(await timerOf(state.id)).toMatchObject({ armed: false }));
  const ended = await timerOf(state.id);
  system.clock.advance(3_600_000);
  await whenOthersHaveRung();
  expect(await timerOf(state.id)).toMatchObject({ rings: ended?.rings });
  expect(ringsOf(state.id)).toHaveLength(ended?.rings ?? 0);
});

test('When a ring has not left yet, then its timer does not ring again', async () => {
  const state = await armed(3_600_000);
  const unsent = {
    id: newId(),
    type: 'order.expired',
    schemaVersion: 1,
    // So young that the sweep of the outbox leaves it alone.
    time: new Date(system.clock.now().getTime() + 24 * 3_600_000),
    version: 0,
    correlationId: 'test',
    traceId: '0'.repeat(32),
    data: { orderId: state.id },
  };
  await system.collection<TimerDocument>('timers').updateOne({ _id: state.id }, { $set: { outbox: [unsent] } });
  system.clock.advance(3_600_000);
  await whenOthersHaveRung();
  expect(await timerOf(state.id)).toMatchObject({ rings: 0 });
  await system.collection<TimerDocument>('timers').updateOne({ _id: state.id }, { $set: { outbox: [] } });
  await rung(state.id, 1);
});

test('When order.created comes several times, then there is one timer with one ring', async () => {
  const state = order(500);
  await Promise.all(Array.from({ length: 10 }, () => system.publish(orderCreated, state)));
  await rung(state.id, 1);
  await system.publish(orderCreated, state);
  await whenOthersHaveRung();
  expect(await system.collection<TimerDocument>('timers').countDocuments({ _id: state.id })).toBe(1);
  expectEachRingOnce(state.id);
});

test.each([
  ['cancelled', orderCancelled, { status: 'cancelled', reason: 'by_buyer' }],
  ['complete', orderUpdated, { status: 'complete' }],
] as const)('When the order is %s, then its timer ends and its alarm goes', async (_title, definition, end) => {
  const state = await armed(600_000);
  await system.eventually(async () => expect(await alarmOf(state.id)).toBe(1));
  await system.publish(definition, { ...state, version: 1, ...end });
  await system.eventually(async () => {
    expect(await timerOf(state.id)).toMatchObject({ armed: false, endedAt: expect.any(Date) });
    expect(await alarmOf(state.id)).toBe(0);
  });
  system.clock.advance(600_000);
  await whenOthersHaveRung();
  expect(ringsOf(state.id)).toEqual([]);
});

test.each([
  ['order.cancelled', orderCancelled, { status: 'cancelled', reason: 'by_buyer' }],
  ['order.updated (complete)', orderUpdated, { status: 'complete' }],
] as const)('When %s overtakes order.created, then nothing is armed', async (_title, definition, end) => {
  const state = order(100);
  await system.publish(definition, { ...state, version: 1, ...end });
  await system.eventually(async () => expect(await timerOf(state.id)).toMatchObject({ armed: false }));
  await system.publish(orderCreated, state);
  await armed(0); // Its order.created came after that of this order.
  await whenOthersHaveRung();
  expect(await timerOf(state.id)).toMatchObject({ armed: false });
  expect(ringsOf(state.id)).toEqual([]);
  expect(await alarmOf(state.id)).toBe(0);
});

test('When beginning and end of 100 orders come at once on two replicas, then no timer is left armed', async () => {
  const states = Array.from({ length: 100 }, () => order(0));
  await Promise.all(
    states.flatMap((state) => [
      system.publish(orderCreated, state),
      system.publish(orderCancelled, { ...state, version: 1, status: 'cancelled', reason: 'by_buyer' }),
    ]),
  );
  await system.eventually(async () => {
    const filter = { _id: { $in: states.map(({ id }) => id) }, armed: false };
    expect(await system.collection<TimerDocument>('timers').countDocuments(filter)).toBe(100);
  });
});

test('When the order awaits its payment, then its timer goes on', async () => {
  const state = await armed(600_000);
  await system.publish(orderUpdated, { ...state, version: 1, status: 'awaiting:payment' });
  const other = await armed(600_000);
  await system.publish(orderUpdated, { ...other, version: 1, status: 'complete' });
  await system.eventually(async () => expect(await timerOf(other.id)).toMatchObject({ armed: false }));
  expect(await timerOf(state.id)).toMatchObject({ armed: true });
});

test('When 200 holds end at the same moment, then each rings once, all of them within 1.5 s', async () => {
  const expiresAt = new Date(system.clock.now().getTime() + 2_000).toISOString();
  const states = Array.from({ length: 200 }, () => order(0, { expiresAt }));
  await Promise.all(states.map((state) => system.publish(orderCreated, state)));
  const ids = new Set(states.map(({ id }) => id));
  const rings = await system.eventually(() => {
    const found = system.events(orderExpired).filter(({ data }) => ids.has(data.orderId));
    expect(new Set(found.map(({ data }) => data.orderId)).size).toBe(200);
    return found;
  });
  expect(Math.max(...rings.map(({ time }) => Date.parse(time))) - Date.parse(expiresAt)).toBeLessThan(1_500);
  await whenOthersHaveRung();
  for (const id of ids) expectEachRingOnce(id);
});

test('When an event is malformed, then it is set aside and the next is processed', async () => {
  await system.send('order.created', { type: 'order.created', data: { id: 'x' } });
  const { id } = await armed(600_000);
  expect(await timerOf(id)).not.toBeNull();
  await system.eventually(async () => expect(await system.collection('dead-letters').countDocuments()).toBe(1));
});

test('When a timer has been ringing for a day, then a replica that starts counts it', async () => {
  const state = await armed(-25 * 3_600_000);
  await system.eventually(() => expect(ringsOf(state.id).length).toBeGreaterThan(0));
  const { url } = await start();
  await system.eventually(async () => {
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^timers_unanswered [1-9]/m);
  });
});

test('When a timer has ended, then it is kept longer than the bus keeps an event', async () => {
  const indexes = await system.collection('timers').indexes();
  expect(indexes.find(({ name }) => name === 'ended_long_ago')).toMatchObject({
    key: { endedAt: 1 },
    expireAfterSeconds: 31 * 86_400,
    partialFilterExpression: { outbox: [] },
  });
});

test('When it is asked for anything but its probes, then the answer is 404 in the error envelope', async () => {
  const { url } = await start();
  const response = await fetch(`${url}/api/timers`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ errors: [{ message: 'Not Found' }] });
});
