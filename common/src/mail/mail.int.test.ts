import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Collection } from 'mongodb';
import pino, { type Logger } from 'pino';
import { z } from 'zod';
import { Database, newId } from '../mongo/index.ts';
import { Metrics } from '../service/metrics.ts';
import type { Stoppable } from '../service/stoppable.ts';
import { eventually, throughout } from '../testing/eventually.ts';
import { openFaultyProxy } from '../testing/faulty-proxy.ts';
import { openMailbox, type Mailbox } from '../testing/mailbox.ts';
import { requireEnv } from '../testing/require-env.ts';
import { createTestClock, type TestClock } from '../testing/test-clock.ts';
import { mailEnv } from './mail-env.ts';
import { mailJobs, type MailJob } from './mail-job.ts';
import { openMail, type Mail } from './open-mail.ts';
import { defineMail, type MailContext } from './template.ts';

const logger = pino({ level: 'silent' });
const dayMs = 24 * 60 * 60 * 1000;

const greeting = defineMail({
  name: 'greeting',
  data: z.object({ name: z.string() }),
  write: ({ name }, { jobId, linkFor }: MailContext & { readonly linkFor: (jobId: string) => string }) => ({
    subject: `Hello ${name}`,
    body: [{ paragraph: `Hello ${name}.` }, { button: 'Open', path: linkFor(jobId) }],
  }),
});

const parting = defineMail({
  name: 'parting',
  data: z.object({}),
  write: () => ({ subject: 'Your account is closed', body: [{ paragraph: 'It is closed.' }] }),
});

let mailbox: Mailbox;
let url: URL;
let database: Database;
let jobs: Collection<MailJob>;
let clock: TestClock;
let running: Stoppable[];
/** Closed after the workers, whether or not the test has passed. */
let opened: { close(): Promise<void> }[];

/** A process that sends mail, its metrics, and its workers once they are started. */
const openSender = (overrides: { readonly database?: Database; readonly logger?: Logger } = {}) => {
  const metrics = new Metrics();
  const mail = openMail(
    { database: overrides.database ?? database, metrics, logger: overrides.logger ?? logger, now: clock.now },
    {
      SMTP_URL: mailbox.env.SMTP_URL,
      MAIL_FROM: mailEnv.MAIL_FROM.parse(mailbox.env.MAIL_FROM),
      PUBLIC_URL: 'https://tickets.example',
    },
    { templates: [greeting, parting], context: { linkFor: (jobId: string) => `/open?job=${jobId}` } },
  );
  return {
    mail,
    metrics,
    start: () => {
      for (const startWorker of mail.workers) running.push(startWorker());
      return mail;
    },
  };
};

const startSender = (overrides?: Parameters<typeof openSender>[0]): Mail => openSender(overrides).start();

const to = (userId: string): string => `${userId}@example.com`;

const greet = (userId: string, about = userId, at = clock.now()) =>
  greeting.mail({ about, userId, to: to(userId), at, data: { name: userId } });

const sent = (userId: string) => mailbox.mails(to(userId));

const received = (userId: string, count = 1) =>
  eventually(async () => {
    const mails = await sent(userId);
    expect(mails).toHaveLength(count);
    return mails;
  }, 20_000);

const failuresBecauseAway = async (metrics: Metrics): Promise<number> =>
  Number(/^mail_failed_total\{cause="away"\} (\d+)$/m.exec(await metrics.registry.metrics())?.[1] ?? 0);

const ended = (id: string) =>
  eventually(async () => {
    const job = await jobs.findOne({ _id: id, endedAt: { $exists: true } });
    if (job === null) throw new Error('not ended yet');
    return job;
  }, 20_000);

beforeAll(async () => {
  mailbox = await openMailbox();
});
afterAll(() => mailbox.close());

beforeEach(async () => {
  url = new URL(requireEnv('MONGO_URL'));
  url.pathname = `/t${newId()}`;
  clock = createTestClock();
  running = [];
  opened = [];
  database = new Database({ url: url.href, appName: 'test', logger });
  await database.prepare([mailJobs]);
  jobs = database.collection<MailJob>(mailJobs.name);
});
afterEach(async () => {
  await mailbox.behave('on');
  await Promise.all(running.map((worker) => worker.stop()));
  for (const each of opened) await each.close();
  await database.drop();
  await database.close();
});

test('When a mail is enqueued, then it arrives at once, with its link, and its address and data are not kept', async () => {
  const mail = startSender();
  const userId = newId();
  await mail.enqueue([greet(userId)]);
  const [arrived] = await received(userId);
  expect(arrived).toMatchObject({
    subject: `Hello ${userId}`,
    from: '"Ticketing" <tickets@ticketing.example>',
    attachments: [],
  });
  expect(arrived?.text).toContain(`https://tickets.example/open?job=greeting:${userId}`);
  expect(arrived?.html).toContain(`href="https://tickets.example/open?job=greeting:${userId}"`);
  expect(arrived?.messageId).toMatch(/^<[\w-]{32}@ticketing\.example>$/);
  const job = await ended(`greeting:${userId}`);
  expect(Object.keys(job).toSorted()).toEqual(['_id', 'at', 'endedAt', 'failures', 'template', 'userId']);
});

test('When one mail is enqueued again, in parallel and after it was sent, then it arrives once', async () => {
  const mail = startSender();
  const userId = newId();
  await Promise.all(Array.from({ length: 10 }, () => mail.enqueue([greet(userId), greet(userId)])));
  await ended(`greeting:${userId}`);
  await mail.enqueue([greet(userId), greet(userId, 'another fact')]);
  await ended('greeting:another fact');
  await received(userId, 2);
});

test('When the fact is older than three days, then no job is stored', async () => {
  const mail = startSender();
  const userId = newId();
  const old = new Date(clock.now().getTime() - 3 * dayMs - 1000);
  await mail.enqueue([greet(userId, 'old', old), greet(userId, 'new')]);
  await ended('greeting:new');
  expect(await jobs.findOne({ _id: 'greeting:old' })).toBeNull();
});

test('When several processes send 200 mails, then each mail arrives once', async () => {
  const [first] = [startSender(), startSender(), startSender()];
  const userId = newId();
  await first.enqueue(Array.from({ length: 200 }, (_, number) => greet(userId, `${userId}:${number}`)));
  await eventually(async () => expect(await jobs.countDocuments({ dueAt: { $exists: true } })).toBe(0), 20_000);
  const mails = await sent(userId);
  expect(mails).toHaveLength(200);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(200);
});

test('When the mail server refuses connections, then mail waits, and all of it arrives within 20 s after it is back', async () => {
  await mailbox.behave('off');
  const { mail, metrics, start } = openSender();
  start();
  const userId = newId();
  await mail.enqueue(Array.from({ length: 50 }, (_, number) => greet(userId, `${userId}:${number}`)));
  await eventually(async () => expect(await jobs.countDocuments({ dueAt: { $gt: clock.now() } })).toBeGreaterThan(0));
  // As many as were being sent when the first failed; since then one at a time.
  await throughout(async () => expect(await failuresBecauseAway(metrics)).toBeLessThanOrEqual(8), 1_500);
  await mailbox.behave('on');
  await received(userId, 50);
});

test('When the mail server hangs, then mail waits, and arrives within 20 s after it is back', async () => {
  await mailbox.behave('hang');
  const { mail, metrics, start } = openSender();
  start();
  const userId = newId();
  await mail.enqueue([greet(userId)]);
  await eventually(async () => expect(await metrics.registry.metrics()).toContain('mail_failed_total{cause="away"} 1'));
  await mailbox.behave('on');
  await received(userId);
});

test('When the mail server refuses the recipient, then the mail is dropped with the reason and counted', async () => {
  await mailbox.behave('5xx');
  const { mail, metrics, start } = openSender();
  start();
  const userId = newId();
  await mail.enqueue([greet(userId)]);
  const job = await ended(`greeting:${userId}`);
  expect(job).toMatchObject({ dropped: 'refused: EENVELOPE RCPT TO 550' });
  expect(job).not.toHaveProperty('to');
  await eventually(async () =>
    expect(await metrics.registry.metrics()).toContain('mail_dropped_total{template="greeting",reason="refused"} 1'),
  );
  await mailbox.behave('on');
  await mail.enqueue([greet(userId), greet(userId, 'next')]);
  await ended('greeting:next');
  expect(await sent(userId)).toHaveLength(1);
});

test('When an address cannot be written in SMTP, then its mail is dropped and the others go on', async () => {
  const mail = startSender();
  const userId = newId();
  const broken = { ...greet(userId, 'broken'), to: '<nobody>\r\nRCPT TO:<x@example.com>' };
  await mail.enqueue([broken, greet(userId)]);
  expect(await ended('greeting:broken')).toMatchObject({ dropped: expect.stringContaining('refused') });
  await received(userId);
});

test('When the mail server defers the recipient, then the mail is tried again and arrives', async () => {
  await mailbox.behave('4xx');
  const mail = startSender();
  const userId = newId();
  await mail.enqueue([greet(userId)]);
  await eventually(async () =>
    expect(await jobs.findOne({ _id: `greeting:${userId}` })).toMatchObject({ failures: 1 }),
  );
  await mailbox.behave('on');
  await received(userId);
});

test('When the response to a mail is lost, then it is sent again with the same Message-ID', async () => {
  await mailbox.behave('lost-reply');
  const mail = startSender();
  const userId = newId();
  await mail.enqueue([greet(userId)]);
  await received(userId);
  await mailbox.behave('on');
  const mails = await received(userId, 2);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
});

test('When a process dies while it sends, then another sends the mail once the lease is over, not before', async () => {
  const userId = newId();
  const { mail } = openSender();
  await mail.enqueue([greet(userId)]);
  // The lease of a process that is gone.
  const lease = new Date(clock.now().getTime() + 5_000);
  await jobs.updateOne({ _id: `greeting:${userId}` }, { $set: { dueAt: lease } });
  startSender();
  await throughout(async () => expect(await sent(userId)).toHaveLength(0), 1_500);
  clock.advance(5_000);
  await received(userId);
});

test('When the database is away after a mail was sent, then the mail is marked as sent later and not sent again', async () => {
  const proxy = await openFaultyProxy(url.href);
  const direct = new URL(proxy.url);
  direct.search = '?directConnection=true';
  const own = new Database({
    url: direct.href,
    appName: 'sender',
    logger,
    onCommand: (command) => {
      if (command.update === mailJobs.name && JSON.stringify(command).includes('endedAt')) cutOnce();
    },
  });
  const cuts = { left: 1 };
  const cutOnce = () => {
    if (cuts.left === 0) return;
    cuts.left -= 1;
    proxy.cut();
  };
  opened.push(own, proxy);
  await own.prepare([mailJobs]);
  const userId = newId();
  const lines: string[] = [];
  const mail = startSender({ database: own, logger: pino({}, { write: (line) => lines.push(line) }) });
  await mail.enqueue([greet(userId)]);
  await received(userId);
  // Until the driver has given up.
  await eventually(() => expect(lines.filter((line) => line.includes('worker failed'))).not.toEqual([]));
  expect(await jobs.findOne({ _id: `greeting:${userId}` })).not.toHaveProperty('endedAt');
  clock.advance(60_000);
  proxy.restore();
  await ended(`greeting:${userId}`);
  expect(await sent(userId)).toHaveLength(1);
});

test('When the template of a job is unknown, then others are sent, and the job waits for a version that knows it', async () => {
  const { mail, metrics, start } = openSender();
  start();
  const userId = newId();
  await mail.enqueue([{ ...greet(userId, 'later'), template: 'later' }, greet(userId)]);
  await received(userId);
  await eventually(async () => expect(await jobs.findOne({ _id: 'greeting:later' })).toMatchObject({ failures: 1 }));
  expect(await metrics.registry.metrics()).toContain('mail_failed_total{cause="template"} 1');
});

test('When a mail cannot be sent for three days, then it is dropped', async () => {
  const { mail, start } = openSender();
  const userId = newId();
  await mail.enqueue([greet(userId)]);
  clock.advance(3 * dayMs + 1000);
  start();
  expect(await ended(`greeting:${userId}`)).toMatchObject({ dropped: 'too old' });
  expect(await sent(userId)).toHaveLength(0);
});

test('When an account is closed, then its waiting mails are dropped with their addresses, but not the excepted ones', async () => {
  const { mail, start } = openSender();
  const [closed, other] = [newId(), newId()];
  const last = parting.mail({ about: closed, userId: closed, to: to(closed), at: clock.now(), data: {} });
  await mail.enqueue([greet(closed), last, greet(other)]);
  await mail.forgetUser(closed, { except: [parting.name] });
  expect(await ended(`greeting:${closed}`)).toMatchObject({ dropped: 'account closed' });
  expect(await ended(`greeting:${closed}`)).not.toHaveProperty('to');
  start();
  await received(other);
  expect(await received(closed)).toMatchObject([{ subject: 'Your account is closed' }]);
});

test('When mails of a closed account were dropped before they were enqueued, then enqueueing them sends nothing', async () => {
  const mail = startSender();
  const closed = newId();
  await mail.enqueue([greet(closed, 'sent before')]);
  await received(closed);
  await ended('greeting:sent before');
  const forget = () => mail.forgetUser(closed, { pending: ['greeting:late', 'greeting:sent before'] });
  await forget();
  await forget();
  await mail.enqueue([greet(closed, 'late'), greet(closed, 'sent before')]);
  expect(await jobs.findOne({ _id: 'greeting:late' })).toMatchObject({ dropped: 'account closed' });
  expect(await jobs.findOne({ _id: 'greeting:sent before' })).not.toHaveProperty('dropped');
  expect(await jobs.countDocuments({ userId: closed, to: { $exists: true } })).toBe(0);
  expect(await sent(closed)).toHaveLength(1);
});

test('When mails wait, then the metrics show how many, and the age of the oldest', async () => {
  await mailbox.behave('off');
  const { mail, metrics, start } = openSender();
  const userId = newId();
  await mail.enqueue([greet(userId, 'old', new Date(clock.now().getTime() - 100_000)), greet(userId)]);
  start();
  await eventually(async () => {
    const text = await metrics.registry.metrics();
    expect(text).toContain('mail_waiting 2');
    expect(Number(/^mail_oldest_waiting_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(99);
  });
});
