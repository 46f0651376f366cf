import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { orderCreated, orderExpired, type OrderState } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openFaultyProxy, openTestSystem, type FaultyProxy, type TestSystem } from '@ticketing/common/testing';
import { Redis } from 'ioredis';
import { readConfig } from '../config.ts';
import { startService } from '../service.ts';

let system: TestSystem;
let proxy: FaultyProxy;
let redis: Redis;

// Redis is away when the service starts.
beforeAll(async () => {
  system = await openTestSystem();
  redis = new Redis(system.env.REDIS_URL ?? '');
  proxy = await openFaultyProxy(system.env.REDIS_URL ?? '', { cut: true });
  await start();
});
afterAll(async () => {
  await system.close();
  await proxy.close();
  await redis.quit();
});

const start = (prefix = system.name) =>
  system.start((overrides) =>
    startService(readConfig({ ...system.env, REDIS_URL: proxy.url, REDIS_PREFIX: prefix }), overrides),
  );

const created = async (holdMs: number): Promise<OrderState> => {
  const state: OrderState = {
    id: newId(),
    version: 0,
    userId: 'buyer',
    status: 'created',
    expiresAt: new Date(system.clock.now().getTime() + holdMs).toISOString(),
    price: 1999,
    ticket: { id: newId(), title: 'Final', price: 1999, version: 0, revision: 0 },
  };
  await system.publish(orderCreated, state);
  return state;
};
const alarms = async () => (await redis.keys(`${system.name}:timers:*`)).length;
const hasAlarm = async (state: OrderState) => (await redis.exists(`${system.name}:timers:${state.id}`)) === 1;
/** Waits until a new order gets an alarm: only orders from after Redis came back have one. */
const whenAlarmsAreSet = () =>
  system.eventually(async () => {
    const state = await created(600_000);
    await system.eventually(async () => expect(await hasAlarm(state)).toBe(true), 300);
  });
const lateness = (state: OrderState) =>
  system.eventually(() => {
    const ring = system.events(orderExpired).find(({ data }) => data.orderId === state.id);
    if (ring === undefined) throw new Error('not rung yet');
    return Date.parse(ring.time) - Date.parse(state.expiresAt);
  });

test('When Redis has been away from the start, then the timers ring within 1.5 s of their deadlines', async () => {
  for (const state of await Promise.all([created(300), created(900), created(-5_000)])) {
    const late = await lateness(state);
    expect(late).toBeGreaterThanOrEqual(0);
    if (Date.parse(state.expiresAt) > system.clock.now().getTime() - 4_000) expect(late).toBeLessThan(1_500);
  }
  expect(await alarms()).toBe(0);
});

test('When Redis comes, then alarms are set and ring to the moment', async () => {
  proxy.restore();
  await whenAlarmsAreSet();
  const lates: number[] = [];
  for (let round = 0; round < 5; round += 1) lates.push(await lateness(await created(150)));
  // The sweep alone would be half a second late on average.
  expect(lates.toSorted((a, b) => a - b)[2]).toBeLessThan(300);
});

test('When a replica stops while Redis is away, then it stops at once', async () => {
  // With a queue of its own, so that it waits there for a first alarm.
  const replica = await start(`${system.name}-other`);
  proxy.cut();
  const begin = performance.now();
  await replica.stop();
  expect(performance.now() - begin).toBeLessThan(5_000);
  proxy.restore();
  await whenAlarmsAreSet();
});

test('When Redis loses everything, then the timers ring all the same', async () => {
  const state = await created(1_500);
  await system.eventually(async () => expect(await hasAlarm(state)).toBe(true));
  await redis.del(await redis.keys(`${system.name}:*`));
  expect(await lateness(state)).toBeLessThan(1_500);
  // And the emptied Redis takes new alarms.
  const next = await created(600_000);
  await system.eventually(async () => expect(await hasAlarm(next)).toBe(true));
});

test('When Redis goes and comes while the service runs, then orders are timed throughout', async () => {
  const before = await created(1_000);
  await system.eventually(async () => expect(await hasAlarm(before)).toBe(true));
  proxy.cut();
  const [during, later] = await Promise.all([created(600), created(600_000)]);
  expect(await lateness(before)).toBeLessThan(1_500);
  expect(await lateness(during)).toBeLessThan(1_500);
  proxy.restore();
  await whenAlarmsAreSet();
  // Nothing was kept for Redis meanwhile: what came then is rung by the sweep.
  expect(await hasAlarm(later)).toBe(false);
  expect(await lateness(await created(150))).toBeLessThan(1_500);
});
