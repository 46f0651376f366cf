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
import { applyChargeStates } from './apply-charge-states.ts';
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

const openDeps = (): Deps => {
  const config = readConfig({ ...system.env, SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'tickets@example.com' });
  const mail = openMail({ database, metrics: new Metrics(), logger, now }, config, {
    templates,
    context: { receipts: openReceipts() },
  });
  return { ...openModels({ database }), now, currency: config.CURRENCY, mail };
};

test('When an account is closed between reading its address and storing its mail, then no job holds the address', async () => {
  const plain = openDeps();
  await applyUserStates(plain)(received({ id: 'buyer', version: 0, email: 'buyer@example.com' }));
  const closedMeanwhile: Deps = {
    ...plain,
    mail: {
      ...plain.mail,
      enqueue: async (mails) => {
        await applyUserStates(plain)(received({ id: 'buyer', version: 1, closedAt: now().toISOString() }));
        await plain.mail.enqueue(mails);
      },
    },
  };
  const order = newOrder({ status: 'complete', completedAt: now().toISOString() });
  expect(await applyOrderStates(closedMeanwhile)(received(order))).toEqual(['done']);
  const job = await system.collection<MailJob>('mail-jobs').findOne({ _id: `paid:${order.id}` });
  expect(job).toMatchObject({ dropped: 'account closed' });
  expect(JSON.stringify(job)).not.toContain('buyer@example.com');
});

test('When an event has something recent and something old, then nobody is waited for because of what is old', async () => {
  const deps = openDeps();
  const order = newOrder({ sellerId: 'seller' });
  await applyUserStates(deps)(received({ id: 'seller', version: 0, email: 'seller@example.com' }));
  const charge = {
    id: order.id,
    version: 3,
    orderId: order.id,
    status: 'completed' as const,
    attempts: 0,
    amount: 1999,
    currency: 'usd',
    buyerId: 'unknown',
    sellerId: 'seller',
    ticketId: order.ticket.id,
    title: 'Final',
    paidOutAt: now().toISOString(),
    paidOut: 1799,
    returned: [{ id: 're_1', amount: 100, at: '2026-01-01T00:00:00.000Z', reason: 'support' }],
  };
  expect(await applyChargeStates(deps)(received(charge))).toEqual(['done']);
  expect(await system.collection<MailJob>('mail-jobs').countDocuments({ _id: `paid-out:${order.id}` })).toBe(1);
});
