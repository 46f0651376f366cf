import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  orderCancelled,
  orderCreated,
  orderDeliveryDue,
  orderExpired,
  orderUpdated,
  type OrderState,
} from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { openHarness, type ExpirationHarness } from '../test/harness.ts';

let expiration: ExpirationHarness;

// Two replicas in every test, since both may handle the same timer at once.
beforeAll(async () => {
  expiration = await openHarness();
  await expiration.startReplica();
});
afterAll(() => expiration.close());

const eventually: ExpirationHarness['system']['eventually'] = (check) => expiration.system.eventually(check);

/** Waits for at least `times` rings, since on a busy machine the next may come before the test looks. */
const untilRung = (id: string, times: number) =>
  eventually(async () => {
    expect(expiration.ringsOf(id).length).toBeGreaterThanOrEqual(times);
    // A timer rings again only after its last ring has left the outbox.
    expect(await expiration.timerOf(id)).toMatchObject({ outbox: [] });
  });
/** Each ring was published by one replica only: every version once, 2 s apart. */
const expectEachRingOnce = (id: string) => {
  const rings = expiration.ringsOf(id);
  expect(rings.map(({ aggregate }) => aggregate.version)).toEqual(rings.map((_, index) => index));
  const times = rings.map(({ time }) => Date.parse(time));
  times.slice(1).forEach((time, index) => expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(2_000));
};
/** Waits for the ring of a later timer: timers ring in the order of their deadlines, so every earlier one has rung. */
const untilEarlierHaveRung = async () => {
  const { id } = await expiration.armed(0);
  await expiration.firstRingOf(id);
};

test('When an order is created, then its timer rings after the deadline, with the trace of the order', async () => {
  const state = expiration.order(700);
  const created = await expiration.system.publish(orderCreated, state);
  await eventually(async () => {
    const deadline = new Date(state.expiresAt);
    expect(await expiration.timerOf(state.id)).toMatchObject({ armed: true, rings: 0, deadline });
    expect(await expiration.hasAlarm(state.id)).toBe(true);
  });
  expect((await expiration.timerOf(state.id))?.version).toBeUndefined();
  const ring = await expiration.firstRingOf(state.id);
  expect(Date.parse(ring.time)).toBeGreaterThanOrEqual(Date.parse(state.expiresAt));
  expect(ring.aggregate).toEqual({ type: 'timer', id: state.id, version: 0 });
  expect(ring.data).toMatchObject({ orderId: state.id });
  expect(ring.correlationId).toBe(created.correlationId);
  expect(await expiration.timerOf(state.id)).toMatchObject({ armed: true });
});

test('When no event ends the order, then its timer rings again until one does', async () => {
  const state = await expiration.armed(300);
  await untilRung(state.id, 1);
  expiration.system.clock.advance(2_000);
  await untilRung(state.id, 2);
  expiration.system.clock.advance(4_000);
  await untilRung(state.id, 3);
  expectEachRingOnce(state.id);
  await expiration.system.publish(orderCancelled, { ...state, version: 1, status: 'cancelled', reason: 'expired' });
  await eventually(async () => expect(await expiration.timerOf(state.id)).toMatchObject({ armed: false }));
  const ended = await expiration.timerOf(state.id);
  expiration.system.clock.advance(3_600_000);
  await untilEarlierHaveRung();
  expect(await expiration.timerOf(state.id)).toMatchObject({ rings: ended?.rings });
  expect(expiration.ringsOf(state.id)).toHaveLength(ended?.rings ?? 0);
});

test('When the last ring is still in the outbox, then the timer does not ring again', async () => {
  const state = await expiration.armed(3_600_000);
  const unsent = {
    id: newId(),
    type: 'order.expired',
    schemaVersion: 1,
    // Too young for the sweep of the outbox.
    time: new Date(expiration.system.clock.now().getTime() + 24 * 3_600_000),
    version: 0,
    correlationId: 'test',
    traceId: '0'.repeat(32),
    data: { orderId: state.id },
  };
  await expiration.timers.updateOne({ _id: state.id }, { $set: { outbox: [unsent] } });
  expiration.system.clock.advance(3_600_000);
  await untilEarlierHaveRung();
  expect(await expiration.timerOf(state.id)).toMatchObject({ rings: 0 });
  await expiration.timers.updateOne({ _id: state.id }, { $set: { outbox: [] } });
  await untilRung(state.id, 1);
});

test('When order.created arrives several times, then there is one timer, which rings once', async () => {
  const state = expiration.order(500);
  await Promise.all(Array.from({ length: 10 }, () => expiration.system.publish(orderCreated, state)));
  await untilRung(state.id, 1);
  await expiration.system.publish(orderCreated, state);
  await untilEarlierHaveRung();
  expect(await expiration.timers.countDocuments({ _id: state.id })).toBe(1);
  expectEachRingOnce(state.id);
});

test.each([
  ['cancelled', orderCancelled, { status: 'cancelled', reason: 'by_buyer' }],
  ['complete', orderUpdated, { status: 'complete' }],
] as const)('When the order is %s, then its timer ends and its alarm is removed', async (_title, definition, end) => {
  const state = await expiration.armed(600_000);
  await eventually(async () => expect(await expiration.hasAlarm(state.id)).toBe(true));
  await expiration.system.publish(definition, { ...state, version: 1, ...end });
  await eventually(async () => {
    expect(await expiration.timerOf(state.id)).toMatchObject({ armed: false, endedAt: expect.any(Date) });
    expect(await expiration.hasAlarm(state.id)).toBe(false);
  });
  expiration.system.clock.advance(600_000);
  await untilEarlierHaveRung();
  expect(expiration.ringsOf(state.id)).toEqual([]);
});

test.each([
  ['order.cancelled', orderCancelled, { status: 'cancelled', reason: 'by_buyer' }],
  ['order.updated (complete)', orderUpdated, { status: 'complete' }],
] as const)('When %s arrives before order.created, then no timer is armed', async (_title, definition, end) => {
  const state = expiration.order(100);
  await expiration.system.publish(definition, { ...state, version: 1, ...end });
  await eventually(async () => expect(await expiration.timerOf(state.id)).toMatchObject({ armed: false }));
  await expiration.system.publish(orderCreated, state);
  await expiration.armed(0); // Its order.created came after that of this order.
  await untilEarlierHaveRung();
  expect(await expiration.timerOf(state.id)).toMatchObject({ armed: false });
  expect(expiration.ringsOf(state.id)).toEqual([]);
  expect(await expiration.hasAlarm(state.id)).toBe(false);
});

test('When 100 orders are created and cancelled at once on two replicas, then no timer stays armed', async () => {
  const states = Array.from({ length: 100 }, () => expiration.order(0));
  await Promise.all(
    states.flatMap((state) => [
      expiration.system.publish(orderCreated, state),
      expiration.system.publish(orderCancelled, { ...state, version: 1, status: 'cancelled', reason: 'by_buyer' }),
    ]),
  );
  await eventually(async () => {
    const filter = { _id: { $in: states.map(({ id }) => id) }, armed: false };
    expect(await expiration.timers.countDocuments(filter)).toBe(100);
  });
});

test('When the order awaits payment, then its timer stays armed', async () => {
  const state = await expiration.armed(600_000);
  await expiration.system.publish(orderUpdated, { ...state, version: 1, status: 'awaiting:payment' });
  const other = await expiration.armed(600_000);
  await expiration.system.publish(orderUpdated, { ...other, version: 1, status: 'complete' });
  await eventually(async () => expect(await expiration.timerOf(other.id)).toMatchObject({ armed: false }));
  expect(await expiration.timerOf(state.id)).toMatchObject({ armed: true });
});

test('When 200 holds end at the same moment, then all of them ring before any later timer, each once', async () => {
  const [{ expiresAt }, later] = [expiration.order(2_000), expiration.order(2_001)];
  const states = Array.from({ length: 200 }, () => expiration.order(0, { expiresAt }));
  await Promise.all(states.map((state) => expiration.system.publish(orderCreated, state)));
  const ids = states.map(({ id }) => id);
  await eventually(async () => expect(await expiration.timers.countDocuments({ _id: { $in: ids } })).toBe(200));
  await expiration.system.publish(orderCreated, later);
  await expiration.firstRingOf(later.id);
  expect(await expiration.timers.countDocuments({ _id: { $in: ids }, rings: { $gte: 1 } })).toBe(200);
  await eventually(() => {
    const published = new Set(expiration.system.events(orderExpired).map(({ data }) => data.orderId));
    expect(ids.filter((id) => !published.has(id))).toEqual([]);
  });
  await untilEarlierHaveRung();
  for (const id of ids) expectEachRingOnce(id);
});

const pending = (state: OrderState, dueInMs: number): OrderState => {
  const dueAt = new Date(expiration.system.clock.now().getTime() + dueInMs).toISOString();
  return { ...state, version: 2, status: 'complete', delivery: { status: 'pending', dueAt } };
};
const dueRingsOf = (id: string) => expiration.system.events(orderDeliveryDue).filter(({ data }) => data.orderId === id);

test('When a complete order is not delivered, then its timer rings once at the deadline and is kept for a day', async () => {
  const state = await expiration.armed(600_000);
  const complete = pending(state, 3_600_000);
  await expiration.system.publish(orderUpdated, complete);
  const deadline = new Date(complete.delivery?.dueAt ?? '');
  await eventually(async () => {
    expect(await expiration.timerOf(state.id)).toMatchObject({ armed: true, isOfDelivery: true, deadline });
    expect(await expiration.hasAlarm(state.id)).toBe(false);
  });
  expect((await expiration.timerOf(state.id))?.endedAt).toBeUndefined();
  expiration.system.clock.advance(3_600_000);
  await eventually(() => expect(dueRingsOf(state.id)).toHaveLength(1));
  expect(expiration.ringsOf(state.id)).toEqual([]);
  await eventually(async () =>
    expect(await expiration.timerOf(state.id)).toMatchObject({ armed: false, endedAt: expect.any(Date), outbox: [] }),
  );
  await expiration.system.publish(orderUpdated, complete);
  expiration.system.clock.advance(60_000);
  await untilEarlierHaveRung();
  expect(dueRingsOf(state.id)).toHaveLength(1);
});

test.each([
  ['delivered', { status: 'complete', delivery: { status: 'delivered' } }],
  ['cancelled', { status: 'cancelled', reason: 'refunded' }],
] as const)('When the order is %s before its deadline, then its timer does not ring', async (_, end) => {
  const state = await expiration.armed(600_000);
  const complete = pending(state, 3_600_000);
  await expiration.system.publish(orderUpdated, complete);
  await eventually(async () => expect(await expiration.timerOf(state.id)).toMatchObject({ isOfDelivery: true }));
  const definition = end.status === 'complete' ? orderUpdated : orderCancelled;
  await expiration.system.publish(definition, { ...complete, version: 3, ...end });
  await eventually(async () => expect(await expiration.timerOf(state.id)).toMatchObject({ armed: false }));
  // An older state arms nothing any more.
  await expiration.system.publish(orderUpdated, complete);
  const other = await expiration.armed(600_000);
  await expiration.system.publish(orderUpdated, pending(other, 3_600_000));
  await eventually(async () => expect(await expiration.timerOf(other.id)).toMatchObject({ isOfDelivery: true }));
  expiration.system.clock.advance(3_600_000);
  await eventually(() => expect(dueRingsOf(other.id)).toHaveLength(1));
  expect(dueRingsOf(state.id)).toEqual([]);
});

test('When the ticket has a later deadline than its order said, then the timer rings at that one', async () => {
  const state = await expiration.armed(600_000);
  await expiration.system.publish(orderUpdated, pending(state, 60_000));
  const later = pending(state, 7_200_000);
  await expiration.system.publish(orderUpdated, { ...later, version: 3 });
  const deadline = new Date(later.delivery?.dueAt ?? '');
  await eventually(async () =>
    expect(await expiration.timerOf(state.id)).toMatchObject({ deadline, nextRingAt: deadline }),
  );
  expect(dueRingsOf(state.id)).toEqual([]);
});

test('When an event is malformed, then it becomes a dead letter and the next is processed', async () => {
  await expiration.system.send('order.created', { type: 'order.created', data: { id: 'x' } });
  const { id } = await expiration.armed(600_000);
  expect(await expiration.timerOf(id)).not.toBeNull();
  await eventually(async () => expect(await expiration.system.collection('dead-letters').countDocuments()).toBe(1));
});

test('When a timer has rung for a day, then a replica that starts counts it', async () => {
  const state = await expiration.armed(-25 * 3_600_000);
  await expiration.firstRingOf(state.id);
  const { url } = await expiration.startReplica();
  await eventually(async () => {
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^timers_unanswered [1-9]/m);
  });
});

test('When a timer has ended, then it is kept for a day', async () => {
  const indexes = await expiration.timers.indexes();
  expect(indexes.find(({ name }) => name === 'ended_long_ago')).toMatchObject({
    key: { endedAt: 1 },
    expireAfterSeconds: 86_400,
    partialFilterExpression: { outbox: [] },
  });
});

test('When the timers of hundreds of orders have ended, then no worker reads them', async () => {
  const { system, timers } = expiration;
  await system.collection<{ _id: string }>('timers').insertMany(
    Array.from({ length: 600 }, () => {
      const { expiresAt } = expiration.order(-60_000);
      const deadline = new Date(expiresAt);
      const trace = { correlationId: 'ended', traceId: '0'.repeat(32) };
      return {
        _id: newId(),
        armed: false,
        deadline,
        nextRingAt: deadline,
        rings: 1,
        trace,
        endedAt: deadline,
        outbox: [],
      };
    }),
  );
  const armed = await timers.countDocuments({ armed: true });
  const { db } = timers;
  const profile = db.collection<{ readonly planSummary: string; readonly keysExamined: number }>('system.profile');
  await db.command({ profile: 2 });
  try {
    // Its first run of each worker.
    await expiration.startReplica();
    await eventually(async () => {
      expect(await profile.countDocuments({ 'command.sort': { nextRingAt: 1 } })).toBeGreaterThan(0);
      expect(await profile.countDocuments({ 'command.aggregate': 'timers' })).toBeGreaterThan(0);
    });
  } finally {
    await db.command({ profile: 0 });
  }
  const reads = await profile
    .find({
      ns: timers.namespace,
      $or: [{ op: 'query' }, { 'command.aggregate': 'timers' }],
      planSummary: { $exists: true },
    })
    .toArray();
  for (const { planSummary, keysExamined } of reads) {
    expect([planSummary, keysExamined <= armed + 10]).toEqual([expect.stringContaining('IXSCAN'), true]);
  }
});

test('When the broker is away and the rings of hundreds of timers wait in their outboxes, then ringing reads none of them', async () => {
  const { system, timers } = expiration;
  const deadline = new Date(system.clock.now().getTime() - 60_000);
  const trace = { correlationId: 'waiting', traceId: '0'.repeat(32) };
  const stored = Array.from({ length: 600 }, () => ({
    _id: newId(),
    armed: true,
    deadline,
    nextRingAt: deadline,
    rings: 1,
    trace,
    // Too young for the sweep of the outbox.
    outbox: [
      {
        id: newId(),
        type: 'order.expired',
        schemaVersion: 1,
        time: new Date(deadline.getTime() + 24 * 3_600_000),
        version: 0,
        ...trace,
        data: {},
      },
    ],
  }));
  const { db } = timers;
  const profile = db.collection<{ readonly planSummary: string; readonly docsExamined: number }>('system.profile');
  const rings = { ns: timers.namespace, 'command.sort': { nextRingAt: 1 } };
  await system.collection<{ _id: string }>('timers').insertMany(stored);
  const since = new Date();
  await db.command({ profile: 2 });
  try {
    await eventually(async () =>
      expect(await profile.countDocuments({ ...rings, ts: { $gt: since } })).toBeGreaterThan(1),
    );
  } finally {
    await db.command({ profile: 0 });
    await timers.deleteMany({ _id: { $in: stored.map(({ _id }) => _id) } });
  }
  for (const { docsExamined } of await profile.find({ ...rings, ts: { $gt: since } }).toArray()) {
    expect(docsExamined).toBeLessThan(stored.length);
  }
});

test('When any path but the probes is requested, then the response is 404 in the error envelope', async () => {
  const { url } = await expiration.startReplica();
  const response = await fetch(`${url}/api/timers`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ errors: [{ message: 'Not Found' }] });
});
