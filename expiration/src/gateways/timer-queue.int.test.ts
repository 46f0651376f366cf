import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OrderState } from '@ticketing/common/events';
import { openFaultyProxy, type FaultyProxy } from '@ticketing/common/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { openHarness, type ExpirationHarness } from '../test/harness.ts';

let expiration: ExpirationHarness;
let proxy: FaultyProxy;

// Durations are counted in ticks: a sleep and a read of MongoDB, which take longer on a loaded machine, as the service does.
const tickMs = 50;
const ticks: number[] = [];
const stopped = new AbortController();
let ticking: Promise<void>;
const tick = async () => {
  while (!stopped.signal.aborted) {
    await delay(tickMs);
    await expiration.timers.findOne({ _id: 'no order' });
    ticks.push(Date.now());
  }
};
const ticksBetween = (from: number, to: number) => ticks.filter((time) => time > from && time < to).length;
const ticksOf = (ms: number) => ms / tickMs;

// Redis is unreachable when the service starts.
beforeAll(async () => {
  proxy = await openFaultyProxy(process.env['REDIS_URL'] ?? '', { cut: true });
  expiration = await openHarness({ REDIS_URL: proxy.url });
  ticking = tick();
});
afterAll(async () => {
  stopped.abort();
  await ticking;
  await expiration.close();
  await proxy.close();
});

const alarms = async () => (await expiration.redis.keys(`${expiration.system.name}:timers:*`)).length;
const untilAlarm = (state: OrderState) =>
  expiration.system.eventually(async () => expect(await expiration.hasAlarm(state.id)).toBe(true));
/** Waits until a new order gets an alarm: only orders created after the service reached Redis have one. */
const untilAlarmsAreSet = () =>
  expiration.system.eventually(async () => {
    const { id } = await expiration.created(600_000);
    await expiration.system.eventually(async () => expect(await expiration.hasAlarm(id)).toBe(true), 300);
  });
/** Ticks from the deadline to the ring, which must not precede the deadline. */
const lateness = async (state: OrderState) => {
  const [deadline, ring] = [state.expiresAt, (await expiration.firstRingOf(state.id)).time].map(Date.parse);
  expect(ring).toBeGreaterThanOrEqual(deadline ?? Infinity);
  return ticksBetween(deadline ?? 0, ring ?? 0);
};
/** The sweep runs every second. */
const expectSwept = async (state: OrderState) => expect(await lateness(state)).toBeLessThan(ticksOf(1_500));

test('When Redis is unreachable from the start, then the next sweep after their deadlines rings the timers', async () => {
  const { created } = expiration;
  for (const state of await Promise.all([created(300), created(900), created(-5_000)])) await expectSwept(state);
  expect(await alarms()).toBe(0);
});

test('When Redis becomes reachable, then alarms are set and ring at the deadline', async () => {
  proxy.restore();
  await untilAlarmsAreSet();
  const late: number[] = [];
  for (let round = 0; round < 5; round += 1) late.push(await lateness(await expiration.created(150)));
  // The sweep alone would be half a second late on average.
  expect(late.toSorted((one, other) => one - other)[2]).toBeLessThan(ticksOf(300));
});

test('When a replica stops while Redis is unreachable, then it stops without waiting for Redis', async () => {
  // With a queue of its own, so that it still waits for its first alarm.
  const replica = await expiration.startReplica({ REDIS_PREFIX: `${expiration.system.name}-other` });
  proxy.cut();
  const begin = Date.now();
  await replica.stop();
  expect(ticksBetween(begin, Date.now())).toBeLessThan(ticksOf(5_000));
  proxy.restore();
  await untilAlarmsAreSet();
});

test('When Redis loses its data, then the timers still ring', async () => {
  const state = await expiration.created(1_500);
  await untilAlarm(state);
  await expiration.redis.del(await expiration.redis.keys(`${expiration.system.name}:*`));
  await expectSwept(state);
  // The emptied Redis accepts new alarms.
  await untilAlarm(await expiration.created(600_000));
});

test('When Redis fails and recovers while the service runs, then the timers of all orders ring', async () => {
  const { created } = expiration;
  const before = await created(1_000);
  await untilAlarm(before);
  proxy.cut();
  const [during, later] = await Promise.all([created(600), created(600_000)]);
  await expectSwept(before);
  await expectSwept(during);
  proxy.restore();
  await untilAlarmsAreSet();
  // Nothing was queued for Redis during the outage: the sweep rings the orders of that time.
  expect(await expiration.hasAlarm(later.id)).toBe(false);
  await expectSwept(await created(150));
});
