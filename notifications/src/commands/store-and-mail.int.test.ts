import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openReceipts } from '@ticketing/common/receipt';
import { newOrder } from '@ticketing/common/events/testing';
import { mailJobs, openMail, type MailJob } from '@ticketing/common/mail';
import { Database } from '@ticketing/common/mongo';
import { createLogger, Metrics } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import { readConfig } from '../config.ts';
import type { Deps } from '../deps.ts';
import { templates } from '../mails/templates.ts';
import { collections, openModels } from '../models/open-models.ts';
import { applyOrderStates } from './apply-order-states.ts';
import { applyUserStates } from './apply-user-states.ts';

const logger = createLogger({ service: 'notifications', level: 'silent' });
const now = (): Date => new Date();

let system: TestSystem;
let database: Database;

beforeAll(async () => {
  system = await openTestSystem();
  database = new Database({ url: system.env['MONGO_URL'] ?? '', appName: 'notifications', logger });
  await database.prepare([...collections, mailJobs]);
});
afterAll(async () => {
  await database.close();
  await system.close();
});

const received = <State>(state: State) => [
  { state, time: now(), trace: { correlationId: 'test', traceId: '0'.repeat(32) } },
];

test('When an account is closed between reading its address and storing its mail, then no job holds the address', async () => {
  const config = readConfig({ ...system.env, SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'tickets@example.com' });
  const mail = openMail({ database, metrics: new Metrics(), logger, now }, config, {
    templates,
    context: { receipts: openReceipts() },
  });
  const plain: Deps = { ...openModels({ database }), now, currency: config.CURRENCY, mail };
  await applyUserStates(plain)(received({ id: 'buyer', version: 0, email: 'buyer@example.com' }));
  const closedMeanwhile: Deps = {
    ...plain,
    mail: {
      ...mail,
      enqueue: async (mails) => {
        await applyUserStates(plain)(received({ id: 'buyer', version: 1, closedAt: now().toISOString() }));
        await mail.enqueue(mails);
      },
    },
  };
  const order = newOrder({ status: 'complete', completedAt: now().toISOString() });
  expect(await applyOrderStates(closedMeanwhile)(received(order))).toEqual(['done']);
  const job = await system.collection<MailJob>('mail-jobs').findOne({ _id: `paid:${order.id}` });
  expect(job).toMatchObject({ dropped: 'account closed' });
  expect(JSON.stringify(job)).not.toContain('buyer@example.com');
});
