import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OrderState } from '@ticketing/common/events';
import { openFaultyProxy, type FaultyProxy } from '@ticketing/common/testing';
import { openHarness, type ExpirationHarness } from '../test/harness.ts';

let expiration: ExpirationHarness;
let proxy: FaultyProxy;

// Redis is unreachable when the service starts.
beforeAll(async () => {
  proxy = await openFaultyProxy(process.env['REDIS_URL'] ?? '', { cut: true });
  expiration = await openHarness({ REDIS_URL: proxy.url });
});
afterAll(async () => {
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
const latenessMs = async (state: OrderState) =>
  Date.parse((await expiration.firstRingOf(state.id)).time) - Date.parse(state.expiresAt);

test('When Redis is unreachable from the start, then the timers ring within 1.5 s of their deadlines', async () => {
  const { created, system } = expiration;
  for (const state of await Promise.all([created(300), created(900), created(-5_000)])) {
    const late = await latenessMs(state);
    expect(late).toBeGreaterThanOrEqual(0);
    if (Date.parse(state.expiresAt) > system.clock.now().getTime() - 4_000) expect(late).toBeLessThan(1_500);
  }
  expect(await alarms()).toBe(0);
});

test('When Redis becomes reachable, then alarms are set and ring at the deadline', async () => {
  proxy.restore();
  await untilAlarmsAreSet();
  const late: number[] = [];
  for (let round = 0; round < 5; round += 1) late.push(await latenessMs(await expiration.created(150)));
  // The sweep alone would be half a second late on average.
  expect(late.toSorted((one, other) => one - other)[2]).toBeLessThan(300);
});

test('When a replica stops while Redis is unreachable, then it stops without waiting for Redis', async () => {
  // With a queue of its own, so that it still waits for its first alarm.
  const replica = await expiration.startReplica({ REDIS_PREFIX: `${expiration.system.name}-other` });
  proxy.cut();
  const begin = performance.now();
  await replica.stop();
  expect(performance.now() - begin).toBeLessThan(5_000);
  proxy.restore();
  await untilAlarmsAreSet();
});

test('When Redis loses its data, then the timers still ring', async () => {
  const state = await expiration.created(1_500);
  await untilAlarm(state);
  await expiration.redis.del(await expiration.redis.keys(`${expiration.system.name}:*`));
  expect(await latenessMs(state)).toBeLessThan(1_500);
  // The emptied Redis accepts new alarms.
  await untilAlarm(await expiration.created(600_000));
});

test('When Redis fails and recovers while the service runs, then the timers of all orders ring', async () => {
  const { created } = expiration;
  const before = await created(1_000);
  await untilAlarm(before);
  proxy.cut();
  const [during, later] = await Promise.all([created(600), created(600_000)]);
  expect(await latenessMs(before)).toBeLessThan(1_500);
  expect(await latenessMs(during)).toBeLessThan(1_500);
  proxy.restore();
  await untilAlarmsAreSet();
  // Nothing was queued for Redis during the outage: the sweep rings the orders of that time.
  expect(await expiration.hasAlarm(later.id)).toBe(false);
  expect(await latenessMs(await created(150))).toBeLessThan(1_500);
});
