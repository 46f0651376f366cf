import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { z } from 'zod';
import { userCreated, userState, userUpdated } from '../events/index.ts';
import { defineAggregate, openStore } from '../messaging/index.ts';
import { Database, newId, type DocumentOf } from '../mongo/index.ts';
import { Metrics } from '../service/metrics.ts';
import type { Stoppable } from '../service/stoppable.ts';
import { eventually } from '../testing/eventually.ts';
import { openMailbox, type Mailbox } from '../testing/mailbox.ts';
import { requireEnv } from '../testing/require-env.ts';
import { mailEnv } from './mail-env.ts';
import { addMail, mailJobs, pendingMail, pendingMailIndex, type MailJob } from './mail-job.ts';
import { openMail } from './open-mail.ts';
import { defineMail } from './template.ts';

const logger = pino({ level: 'silent' });
const trace = { correlationId: 'test', traceId: '0'.repeat(32) };

const accounts = defineAggregate({
  type: 'user',
  collection: 'accounts',
  fields: {
    email: { type: String },
    emailVerified: { type: Boolean },
    passwordChangedAt: { type: Date },
    closedAt: { type: Date },
    suspendedAt: { type: Date },
    reinstatedAt: { type: Date },
    mail: pendingMail,
  },
  indexes: [pendingMailIndex],
  state: userState,
  events: [userCreated, userUpdated],
});

const changed = defineMail({
  name: 'changed',
  data: z.object({ what: z.string() }),
  write: ({ what }) => ({ subject: `Your ${what} was changed`, body: [{ paragraph: 'It was you, we hope.' }] }),
});

const url = new URL(requireEnv('MONGO_URL'));
url.pathname = `/t${newId()}`;
const database = new Database({ url: url.href, appName: 'test', logger });
const relay = { register: () => undefined, publish: () => undefined };
const now = (): Date => new Date();
const store = openStore(accounts, { database, relay, now, newId });
const collection = database.collection<DocumentOf<typeof accounts>>(accounts.name);
const jobs = database.collection<MailJob>(mailJobs.name);

let mailbox: Mailbox;
const running: Stoppable[] = [];

beforeAll(async () => {
  mailbox = await openMailbox();
  await database.prepare([accounts, mailJobs]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop()));
});
afterAll(async () => {
  await mailbox.close();
  await database.drop();
  await database.close();
});

const startMail = () => {
  const config = {
    SMTP_URL: mailbox.env.SMTP_URL,
    MAIL_FROM: mailEnv.MAIL_FROM.parse(mailbox.env.MAIL_FROM),
    PUBLIC_URL: 'https://tickets.example',
  };
  const deps = { database, metrics: new Metrics(), logger, now };
  const mail = openMail(deps, config, { templates: [changed], context: {}, pendingIn: [accounts.name] });
  for (const startWorker of mail.workers) running.push(startWorker());
  return mail;
};

const mailOf = (userId: string, what: string) =>
  changed.mail({ about: `${userId}:${what}`, userId, to: `${userId}@example.com`, at: now(), data: { what } });

const signUp = async (): Promise<string> => {
  const _id = newId();
  await store.insert({ _id, email: `${_id}@example.com` }, userCreated, trace);
  return _id;
};

const change = (userId: string, ...what: readonly string[]) =>
  store.change({
    filter: { _id: userId },
    set: { mail: addMail(...what.map((each) => mailOf(userId, each))) },
    event: userUpdated,
    trace,
  });

const subjects = async (userId: string): Promise<string[]> =>
  (await mailbox.mails(`${userId}@example.com`)).map(({ subject }) => subject).toSorted();

test('When changes store their mails in their own document, then all are sent and none stays there', async () => {
  const userId = await signUp();
  await change(userId, 'password');
  await change(userId, 'e-mail', 'name');
  const mail = startMail();
  mail.sendSoon();
  await eventually(async () =>
    expect(await subjects(userId)).toEqual([
      'Your e-mail was changed',
      'Your name was changed',
      'Your password was changed',
    ]),
  );
  await eventually(async () => expect(await collection.findOne({ _id: userId })).toMatchObject({ mail: [] }));
});

test('When 250 documents have pending mail, then all of it is sent, whether or not the process was told', async () => {
  startMail();
  const userIds = await Promise.all(Array.from({ length: 250 }, signUp));
  await Promise.all(userIds.map((userId) => change(userId, 'password')));
  const sent = { userId: { $in: userIds }, dropped: { $exists: false }, endedAt: { $exists: true } };
  await eventually(async () => expect(await jobs.countDocuments(sent)).toBe(250), 60_000);
  expect(await collection.countDocuments({ 'mail.at': { $exists: true } })).toBe(0);
}, 90_000);

test('When a process dies between queueing a mail and removing it, then another removes it and sends nothing again', async () => {
  const userId = await signUp();
  await change(userId, 'password');
  startMail();
  await eventually(async () => expect(await subjects(userId)).toHaveLength(1));
  await eventually(async () => expect(await collection.findOne({ _id: userId })).toMatchObject({ mail: [] }));
  await change(userId, 'password', 'name');
  await eventually(async () =>
    expect(await subjects(userId)).toEqual(['Your name was changed', 'Your password was changed']),
  );
});

test('When a document gets mails while others of it are moved, then all of them are sent', async () => {
  const userId = await signUp();
  const mail = startMail();
  const names = Array.from({ length: 40 }, (_, number) => `name ${String(number)}`);
  for (const name of names) {
    await change(userId, name);
    mail.sendSoon();
  }
  await eventually(async () => expect(await subjects(userId)).toHaveLength(40));
});
