import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import type { RunningService } from '@ticketing/common/service';
import { openFaultyProxy, type FaultyProxy } from '@ticketing/common/testing';
import { readConfig } from './config.ts';
import { startService } from './service.ts';
import { openTestSources, type TestSources } from './test/test-sources.ts';

let under: TestSources;
let proxy: FaultyProxy;
let watchdog: RunningService;

beforeAll(async () => {
  under = await openTestSources();
  proxy = await openFaultyProxy(under.addresses.mongoUrls.payments);
});
afterEach(() => watchdog.stop());
afterAll(async () => {
  await proxy.close();
  await under.close();
});

/** A watchdog without state from earlier tests, which reaches the database of payments through the proxy. */
const startWatchdog = async (): Promise<void> => {
  const { mongoUrls, natsUrl, stripe } = under.addresses;
  const payments = new URL(proxy.url);
  // Otherwise the driver would connect to the replica set's members by their own addresses.
  payments.search = '?directConnection=true';
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    NATS_URL: natsUrl,
    AUTH_MONGO_URL: mongoUrls.auth,
    TICKETS_MONGO_URL: mongoUrls.tickets,
    ORDERS_MONGO_URL: mongoUrls.orders,
    EXPIRATION_MONGO_URL: mongoUrls.expiration,
    PAYMENTS_MONGO_URL: payments.href,
    NOTIFICATIONS_MONGO_URL: mongoUrls.notifications,
    STRIPE_HOST: stripe.host,
  });
  watchdog = await startService(config, { scanEveryMs: 50, namespace: under.system.name });
};

const get = async (path: string): Promise<string> => {
  const response = await fetch(new URL(path, watchdog.url), { headers: { Connection: 'close' } });
  return `${response.status} ${await response.text()}`;
};

const gauge = async (check: string): Promise<number> => {
  const found = new RegExp(`^audit_violations\\{check="${check}"\\} (\\d+)$`, 'm').exec(await get('/metrics'));
  return Number(found?.[1] ?? Number.NaN);
};

test('When nothing is wrong, then the metrics are 0 and the page shows no violations', async () => {
  await under.seed();
  await startWatchdog();
  await under.system.eventually(async () => {
    expect(await get('/')).toContain('No violations');
    expect(await get('/metrics')).toContain('audit_scans_total{outcome="read"}');
  });
  expect(await gauge('one-live-order-per-ticket')).toBe(0);
});

test('When an invariant is violated, then its metric rises and the page has the ids, until it is repaired', async () => {
  const { held } = await under.seed();
  await startWatchdog();
  const order = await under.collection('orders', 'orders').findOne({ _id: held.orderId });
  const duplicate = { ...order, _id: newId() };
  await under.collection('orders', 'orders').insertOne(duplicate);
  await under.system.eventually(async () => {
    expect(await gauge('one-live-order-per-ticket')).toBe(1);
  });
  const page = await get('/');
  expect(page).toContain('class="verdict bad"');
  expect(page).toContain(duplicate._id);
  await under.collection('orders', 'orders').deleteOne({ _id: duplicate._id });
  await under.system.eventually(async () => {
    expect(await gauge('one-live-order-per-ticket')).toBe(0);
    expect(await get('/')).toContain('No violations');
  });
});

test('When Stripe lacks the charge of an older order, then a scan requests it and reports the violation', async () => {
  const { sold } = await under.seed();
  await under.collection('orders', 'orders').updateOne({ _id: sold.orderId }, { $set: { createdAt: new Date(0) } });
  under.stripe.charges.length = 0;
  await startWatchdog();
  await under.system.eventually(async () => {
    expect(await get('/')).toContain(`order ${sold.orderId} is complete and has 0 charges`);
  });
});

test('When accounts, sessions, mails, PaymentIntents and disputes are wrong, then a scan reports each', async () => {
  const { buyer, closed, onSale, sold, cancelled, endedSession } = await under.seed();
  const users = under.collection('auth', 'users');
  await users.insertOne({ ...(await users.findOne({ _id: buyer })), _id: newId(), email: 'Buyer@example.com' });
  await under.collection('tickets', 'tickets').updateOne({ _id: onSale }, { $set: { userId: closed } });
  await under.collection('orders', 'session-endings').deleteOne({ _id: endedSession });
  await under.collection('notifications', 'mail-jobs').deleteOne({ _id: `sold:${sold.orderId}` });
  const payments = under.collection('payments', 'payments');
  await payments.updateOne({ _id: cancelled.orderId }, { $set: { status: 'created', stripeId: cancelled.intentId } });
  const created = Math.floor(Date.now() / 1000) - 120;
  const metadata = { orderId: cancelled.orderId };
  under.stripe.intents.unshift({ id: cancelled.intentId, status: 'requires_payment_method', created, metadata });
  under.stripe.disputes.unshift({ id: 'dp_unknown', payment_intent: sold.intentId, created });
  await startWatchdog();
  const broken = [
    'one-account-per-email',
    'closed-account-is-forgotten',
    'session-endings-are-known',
    'sale-is-mailed',
    'payment-intents-match-stripe',
    'disputes-are-recorded',
  ];
  await under.system.eventually(async () => {
    expect(await Promise.all(broken.map(gauge))).toEqual(broken.map(() => 1));
  });
  expect(await get('/')).not.toMatch(/buyer@example.com/i);
});

test('When there is a dead letter, then the page shows its id but not its body', async () => {
  await under.seed();
  await startWatchdog();
  const letter = { subject: 'user.created', at: new Date(), body: '{"email":"ann@example.com"}' };
  await under.collection('auth', 'dead-letters').insertOne({ _id: 'auth_user-created/1-1', ...letter });
  await under.system.eventually(async () => {
    expect(await gauge('no-dead-letters')).toBe(1);
  });
  const page = await get('/');
  expect(page).toContain('auth_user-created/1-1');
  expect(page).not.toContain('ann@example.com');
});

test('When a database is unreachable, then the page names it, the watchdog stays ready, and scans succeed once it is back', async () => {
  await under.seed();
  await startWatchdog();
  await under.system.eventually(async () => expect(await get('/')).toContain('No violations'));
  proxy.cut();
  await under.system.eventually(async () => {
    expect(await get('/')).toContain('The last scan failed: could not read the database of payments');
    expect(await get('/metrics')).toMatch(/audit_scans_total\{outcome="unreadable"\} [1-9]/);
  }, 20_000);
  expect(await get('/readyz')).toContain('200');
  proxy.restore();
  await under.system.eventually(async () => expect(await get('/')).toContain('No violations'), 20_000);
});
