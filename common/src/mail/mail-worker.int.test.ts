import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { Database, newId } from '../mongo/index.ts';
import { eventually, throughout } from '../testing/eventually.ts';
import { requireEnv } from '../testing/require-env.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { mailJobs, type MailJob } from './mail-job.ts';
import { leaseMs, openMailQueue } from './mail-queue.ts';
import { MailWorker } from './mail-worker.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { Delivery } from './smtp.ts';

const logger = pino({ level: 'silent' });
const url = new URL(requireEnv('MONGO_URL'));
url.pathname = `/t${newId()}`;
const database = new Database({ url: url.href, appName: 'test', logger });
const clock = createTestClock();
const jobs = database.collection<MailJob>(mailJobs.name);
const queue = openMailQueue(jobs, clock.now);

let worker: MailWorker | undefined;

beforeAll(() => database.prepare([mailJobs]));
afterEach(async () => {
  await worker?.stop();
  await jobs.deleteMany({});
});
afterAll(async () => {
  await database.drop();
  await database.close();
});

const start = (send: (jobId: string, cancelled: AbortSignal) => Promise<Delivery>): MailWorker => {
  worker = new MailWorker({
    queue,
    write: async ({ _id, to }) => ({ jobId: _id, to, subject: '', text: '', html: '' }),
    smtp: { send: ({ jobId }, cancelled) => send(jobId, cancelled), close: () => undefined },
    now: clock.now,
    logger,
    counters: { sent: () => undefined, dropped: () => undefined, failed: () => undefined },
  });
  return worker;
};

const enqueue = (count: number, first = 0): Promise<void> =>
  queue.enqueue(
    Array.from({ length: count }, (_, number) => ({
      id: `mail:${first + number}`,
      template: 'mail',
      userId: 'user',
      to: 'user@example.com',
      at: clock.now(),
      data: {},
    })),
  );

const untilCancelled = (cancelled: AbortSignal): Promise<Delivery> =>
  new Promise((resolve) => {
    cancelled.addEventListener('abort', () => resolve({ kind: 'cancelled' }));
  });

test('When many mails are due, then a process sends eight at a time', async () => {
  await enqueue(40);
  const sending = Promise.withResolvers<void>();
  let [now, most] = [0, 0];
  start(async () => {
    now += 1;
    most = Math.max(most, now);
    await sending.promise;
    now -= 1;
    return { kind: 'sent' };
  });
  await eventually(() => expect(now).toBe(8));
  await throughout(() => expect(now).toBe(8), 1_500);
  sending.resolve();
  await eventually(async () => expect(await jobs.countDocuments({ endedAt: { $exists: true } })).toBe(40));
  expect(most).toBe(8);
});

test('When one mail takes long, then a mail that is enqueued meanwhile does not wait for it', async () => {
  await enqueue(1);
  const sent: string[] = [];
  const started = start((jobId, cancelled) => {
    if (jobId === 'mail:0') return untilCancelled(cancelled);
    sent.push(jobId);
    return Promise.resolve({ kind: 'sent' });
  });
  await eventually(async () => expect(await jobs.countDocuments({ dueAt: { $gt: clock.now() } })).toBe(1));
  await enqueue(2);
  started.kick();
  await eventually(() => expect(sent).toEqual(['mail:1']));
});

test('When a process stops while a mail does not get through, then it stops within 4 s, and the mail waits', async () => {
  await enqueue(1);
  const sending = Promise.withResolvers<void>();
  const started = start((_, cancelled) => {
    sending.resolve();
    return untilCancelled(cancelled);
  });
  await sending.promise;
  const begin = performance.now();
  await started.stop();
  expect(performance.now() - begin).toBeLessThan(4_000);
  expect(await jobs.findOne({ _id: 'mail:0' })).toMatchObject({ to: 'user@example.com', failures: 0 });
});

test('When a mail takes longer than its lease, then the lease is extended, and no other process sends the mail', async () => {
  await enqueue(1);
  let times = 0;
  const finished = Promise.withResolvers<Delivery>();
  const send = (): Promise<Delivery> => {
    times += 1;
    return finished.promise;
  };
  start(send);
  await eventually(() => expect(times).toBe(1));
  await throughout(async () => expect(await queue.lease(1)).toEqual([]), leaseMs + 1_000);
  finished.resolve({ kind: 'sent' });
  await eventually(async () => expect(await jobs.countDocuments({ endedAt: { $exists: true } })).toBe(1));
  expect(times).toBe(1);
});

test('When another process has the lease, then sending is cancelled before that one is over', async () => {
  await enqueue(1);
  const cancelled = Promise.withResolvers<number>();
  start((_, signal) => {
    const begin = performance.now();
    signal.addEventListener('abort', () => cancelled.resolve(performance.now() - begin));
    return untilCancelled(signal);
  });
  await eventually(async () => expect(await jobs.countDocuments({ dueAt: { $gt: clock.now() } })).toBe(1));
  await jobs.updateOne({ _id: 'mail:0' }, { $set: { dueAt: new Date(clock.now().getTime() + 60_000) } });
  expect(await cancelled.promise).toBeLessThan(leaseMs);
});

test('When a process reports a failure after its lease has ended, then the mail that another has sent stays sent', async () => {
  await enqueue(1);
  const [slow] = await queue.lease(1);
  if (slow === undefined) throw new Error('not leased');
  expect(await queue.lease(1)).toEqual([]);
  clock.advance(60_000);
  const [other] = await queue.lease(1);
  if (other === undefined) throw new Error('not leased');
  await queue.postpone(slow, 0, 1);
  await queue.drop(slow, 'refused');
  expect(await jobs.findOne({ _id: 'mail:0' })).toMatchObject({ dueAt: other.dueAt, failures: 0 });
  await queue.markSent(other);
  await queue.postpone(slow, 0, 1);
  await queue.drop(slow, 'refused');
  const job = await jobs.findOne({ _id: 'mail:0' });
  expect([job?.dueAt, job?.dropped]).toEqual([undefined, undefined]);
});

test('When several processes lease jobs at the same time, then each job has one of them, whatever they have read', async () => {
  for (let round = 0; round < 10; round += 1) {
    await enqueue(20, round * 20);
    const leased = await Promise.all(Array.from({ length: 5 }, () => queue.lease(8)));
    for (let more = await queue.lease(8); more.length > 0; more = await queue.lease(8)) leased.push(more);
    expect(Math.max(...leased.map(({ length }) => length))).toBeLessThanOrEqual(8);
    const ids = leased.flat().map(({ _id }) => _id);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  }
});

test('When the server closes the connection because of one mail, then the others are sent, and that mail waits longer', async () => {
  const started = start((jobId) =>
    Promise.resolve(jobId === 'mail:0' ? { kind: 'away', reason: 'ECONNECTION' } : { kind: 'sent' }),
  );
  await enqueue(1);
  for (const failures of [1, 2, 3]) {
    const before = clock.now().getTime();
    started.kick();
    await eventually(async () => expect(await jobs.findOne({ _id: 'mail:0' })).toMatchObject({ failures }));
    const { dueAt = clock.now() } = (await jobs.findOne({ _id: 'mail:0' })) ?? {};
    expect(dueAt.getTime() - before).toBeGreaterThanOrEqual(retryDelayMs(failures));
    await enqueue(1, failures);
    await eventually(async () => expect(await jobs.countDocuments({ endedAt: { $exists: true } })).toBe(failures));
    clock.advance(dueAt.getTime() - clock.now().getTime());
  }
}, 30_000);

test('When the server is away for every mail, then the mails that are tried meanwhile do not wait longer', async () => {
  await enqueue(20);
  let tries = 0;
  start(() => {
    tries += 1;
    return Promise.resolve({ kind: 'away', reason: 'ECONNREFUSED' });
  });
  // Eight at first, then one every 2 s.
  await eventually(() => expect(tries).toBe(10), 8_000);
  expect(await jobs.countDocuments({ failures: { $gt: 0 } })).toBe(1);
}, 20_000);

test('When sending is cancelled, then the server does not count as away', async () => {
  await enqueue(1);
  const attempts: string[] = [];
  start((jobId) => Promise.resolve({ kind: attempts.push(jobId) === 1 ? 'cancelled' : 'sent' }));
  await eventually(async () => expect(await jobs.countDocuments({ endedAt: { $exists: true } })).toBe(1), 1_500);
  expect(attempts).toEqual(['mail:0', 'mail:0']);
});
