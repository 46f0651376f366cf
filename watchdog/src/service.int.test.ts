import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import type { RunningService } from '@ticketing/common/service';
import { openFaultyProxy, type FaultyProxy } from '@ticketing/common/testing';
import { readConfig } from './config.ts';
import { startService } from './service.ts';
import { openBooksUnderTest, type BooksUnderTest } from './test/books-under-test.ts';

let under: BooksUnderTest;
let proxy: FaultyProxy;
let watchdog: RunningService;

beforeAll(async () => {
  under = await openBooksUnderTest();
  proxy = await openFaultyProxy(under.addresses.mongoUrls.payments);
});
afterEach(() => watchdog.stop());
afterAll(async () => {
  await proxy.close();
  await under.close();
});

/** A watchdog that knows nothing of the books of the test before, and reaches payments' database through the proxy. */
const watch = async (): Promise<void> => {
  const { mongoUrls, natsUrl, stripe } = under.addresses;
  const payments = new URL(proxy.url);
  // By the replica set's own list of its members the driver would find a way around the proxy.
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
    STRIPE_HOST: stripe.host,
  });
  watchdog = await startService(config, { passEveryMs: 50, namespace: under.system.name });
};

const get = async (path: string): Promise<string> => {
  const answer = await fetch(new URL(path, watchdog.url), { headers: { Connection: 'close' } });
  return `${answer.status} ${await answer.text()}`;
};

const gauge = async (check: string): Promise<number> => {
  const found = new RegExp(`^audit_violations\\{check="${check}"\\} (\\d+)$`, 'm').exec(await get('/metrics'));
  return Number(found?.[1] ?? Number.NaN);
};

test('When the books are right, then every metric is 0 and the page says that nothing is wrong', async () => {
  await under.consistent();
  await watch();
  await under.system.eventually(async () => {
    expect(await get('/')).toContain('Nothing is wrong');
    expect(await get('/metrics')).toContain('audit_readings_total{outcome="read"}');
  });
  expect(await gauge('one-live-order-per-ticket')).toBe(0);
});

test('When an invariant breaks, then its metric rises and the page names the ids; when it is mended, both end', async () => {
  const { held } = await under.consistent();
  await watch();
  const order = await under.rows('orders', 'orders').findOne({ _id: held.orderId });
  const intruder = { ...order, _id: newId() };
  await under.rows('orders', 'orders').insertOne(intruder);
  await under.system.eventually(async () => {
    expect(await gauge('one-live-order-per-ticket')).toBe(1);
  });
  const page = await get('/');
  expect(page).toContain('class="verdict bad"');
  expect(page).toContain(intruder._id);
  await under.rows('orders', 'orders').deleteOne({ _id: intruder._id });
  await under.system.eventually(async () => {
    expect(await gauge('one-live-order-per-ticket')).toBe(0);
    expect(await get('/')).toContain('Nothing is wrong');
  });
});

test('When money of an older order is gone at Stripe, then a pass asks for it and tells', async () => {
  const { sold } = await under.consistent();
  await under.rows('orders', 'orders').updateOne({ _id: sold.orderId }, { $set: { createdAt: new Date(0) } });
  under.stripe.charges.length = 0;
  await watch();
  await under.system.eventually(async () => {
    expect(await get('/')).toContain(`order ${sold.orderId} is complete and has 0 charges`);
  });
});

test('When a dead letter lies about, then the page shows it and its body is not on it', async () => {
  await under.consistent();
  await watch();
  const letter = { subject: 'user.created', at: new Date(), body: '{"email":"ann@example.com"}' };
  await under.rows('auth', 'dead-letters').insertOne({ _id: 'auth_user-created/1-1', ...letter });
  await under.system.eventually(async () => {
    expect(await gauge('no-dead-letters')).toBe(1);
  });
  const page = await get('/');
  expect(page).toContain('auth_user-created/1-1');
  expect(page).not.toContain('ann@example.com');
});

test('When a database is away, then the page says which, the watchdog stays ready, and goes on when it is back', async () => {
  await under.consistent();
  await watch();
  await under.system.eventually(async () => expect(await get('/')).toContain('Nothing is wrong'));
  proxy.cut();
  await under.system.eventually(async () => {
    expect(await get('/')).toContain('Could not read the books: could not read the database of payments');
    expect(await get('/metrics')).toMatch(/audit_readings_total\{outcome="unreadable"\} [1-9]/);
  }, 20_000);
  expect(await get('/readyz')).toContain('200');
  proxy.restore();
  await under.system.eventually(async () => expect(await get('/')).toContain('Nothing is wrong'), 20_000);
});
