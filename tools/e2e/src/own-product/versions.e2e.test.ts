import { buildServices } from '@ticketing/chaos/build-services';
import { next, nextVersion } from '@ticketing/chaos/next-version';
import { writeVersions, type Versions } from '@ticketing/chaos/versions';
import { bundleOf } from '@ticketing/launcher/bundled';
import { isAlive } from '@ticketing/launcher/data-dir';
import { cacheDirectory, root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { openHttpClient, type Send } from '@ticketing/test/http-client';
import { startProduct, type Product, type ProductProcess } from '@ticketing/test/start-product';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';
import { discard } from '../product.ts';
import { isOnThisMachine, testOnThisMachine } from '../site.ts';
import { openStripeLedger } from '../stripe-ledger.ts';
import { hold, list, order, pay, signUp, untilOrder, type User } from '../user.ts';

const build = join(cacheDirectory, 'versions', String(process.pid));

/** The replica of each service that the rollout replaces first; the other stays in the present version. */
const rolledOut = 1;
const upTo = { restartMs: 20_000, takeUpMs: 5_000 };

let dataDir: string;
let product: Product;
let mongo: MongoClient;
let versions: Versions;
const serverErrors: string[] = [];

beforeAll(async () => {
  if (!isOnThisMachine()) return;
  dataDir = await mkdtemp(join(tmpdir(), 'ticketing-e2e-versions-'));
  await buildServices(join(build, 'next'), nextVersion);
  versions = await writeVersions(build, {
    present: bundleOf,
    next: (service) => join(build, 'next', service, 'index.mjs'),
  });
  product = await startProduct({ dataDir, settings: { REPLICAS: '2', TEST_BUILD: build } });
  mongo = await new MongoClient(replicaOf('mongod', 0).url).connect();
}, 300_000);

afterAll(async () => {
  if (dataDir === undefined) return;
  await mongo?.close();
  await discard(product, dataDir);
  await rm(build, { recursive: true, force: true });
}, 30_000);

const replicaOf = (service: string, replica: number): ProductProcess => {
  const found = product.processes().find((each) => each.name === service && each.replica === replica);
  if (found === undefined) throw new Error(`${service} ${replica} does not run`);
  return found;
};
const nextOf = (service: string) => replicaOf(service, rolledOut);
const presentOf = (service: string) => replicaOf(service, 1 - rolledOut);

const restart = async (ended: ProductProcess): Promise<void> => {
  product.signal(ended, 'SIGTERM');
  await eventually(async () => {
    const again = replicaOf(ended.name, ended.replica);
    if (again.pid === ended.pid || !isAlive(again.pid)) throw new Error(`${ended.name} is not back`);
    expect((await fetch(new URL('/readyz', again.url))).status).toBe(200);
  }, upTo.restartMs);
};

const rollOut = async (service: string): Promise<void> => {
  const replica = nextOf(service);
  versions.set(replica.url, 'next');
  await restart(replica);
};

const withoutServerErrors =
  (send: Send): Send =>
  async (request) => {
    const response = await send(request);
    if (response.status >= 500) serverErrors.push(`${request.method} ${request.path}: ${response.status}`);
    return response;
  };

/** The same user, at one replica. */
const at = (user: User, { url }: ProductProcess): User => ({
  ...user,
  send: withoutServerErrors(openHttpClient(url, { headers: { cookie: user.cookie } }).send),
});

const newUser = async (): Promise<User> => {
  const user = await signUp(product.url);
  return { ...user, send: withoutServerErrors(user.send) };
};

/** Subjects of the events that the service could not handle. */
const setAside = async (service: string, status: 'parked' | 'waiting' = 'parked'): Promise<string[]> => {
  const letters = mongo.db(service).collection<{ readonly subject: string; readonly status: string }>('dead-letters');
  return (await letters.find({ status }).toArray()).map(({ subject }) => subject);
};

/** Both replicas show the order without an error, and so does the site. */
const everybodyShows = async (buyer: User, orderId: string): Promise<void> => {
  for (const replica of [presentOf('orders'), nextOf('orders')]) {
    expect(await at(buyer, replica).send({ method: 'GET', path: `/api/orders/${orderId}` })).toMatchObject({
      status: 200,
      body: { status: 'cancelled', reason: next.reason },
    });
  }
  const page = await buyer.send({ method: 'GET', path: `/orders/${orderId}` });
  expect(page.status).toBe(200);
  expect(page.body).toContain('data-testid="order-status"');
};

testOnThisMachine(
  'When a version with a new reason, category and event field is rolled out beside the present one, then nothing is lost',
  async () => {
    const [seller, buyer, other] = await Promise.all([newUser(), newUser(), newUser()]);

    await rollOut('tickets');
    const newer = () => at(seller, nextOf('tickets'));
    const plain = await list(newer());
    const [sold, refunded, returned] = [
      await list(newer(), { category: next.category }),
      await list(newer(), { category: next.category }),
      await list(newer(), { category: next.category }),
    ];
    // Orders runs in its present version only: it keeps the field that it does not know, and parks the category.
    await eventually(async () => {
      const copy = await mongo.db('orders').collection<{ _id: string }>('tickets').findOne({ _id: plain.id });
      expect(copy).toMatchObject({ ticket: { gate: next.gate } });
    });
    await eventually(async () => expect(await setAside('orders')).toEqual(Array(3).fill('ticket.created')));
    await restart(presentOf('tickets'));
    const last = await list(newer(), { category: next.category });
    const form = await seller.send({ method: 'GET', path: `/tickets/${last.id}/edit` });
    expect(form.body).toContain(`<option value="${next.category}"`);

    await rollOut('orders');
    await eventually(async () => expect(await setAside('orders')).toEqual([]), upTo.takeUpMs);
    const paid = await hold(buyer, sold.id);
    expect((await pay(buyer, paid.id)).status).toBe(201);
    await untilOrder(buyer, paid.id, { status: 'complete' });
    await restart(presentOf('orders'));

    // Cancelled for the new reason: one before it is paid, one while its charge is in progress.
    const ledger = openStripeLedger(product.processes());
    const cancel = async (id: string) =>
      expect(await at(buyer, nextOf('orders')).send({ method: 'DELETE', path: `/api/orders/${id}` })).toMatchObject({
        status: 204,
      });
    const unpaid = await hold(buyer, returned.id);
    await cancel(unpaid.id);
    const crossed = await hold(buyer, refunded.id);
    expect(await pay(buyer, crossed.id, 'tok_chargeDeclined')).toMatchObject({ status: 400 });
    await ledger.behave({ delayMs: 1_000 });
    const paying = [pay(buyer, crossed.id), pay(buyer, crossed.id)];
    // One of them is refused because the other's charge is in progress.
    expect((await Promise.race(paying)).status).toBe(409);
    await cancel(crossed.id);
    await Promise.all(paying);
    await ledger.behave({ delayMs: 0 });
    await everybodyShows(buyer, unpaid.id);
    await everybodyShows(buyer, crossed.id);
    // Payments runs in its present version only.
    await eventually(async () => expect(await setAside('payments')).toEqual(Array(2).fill('order.cancelled')));

    await rollOut('payments');
    await eventually(async () => {
      for (const replica of [presentOf('payments'), nextOf('payments')])
        expect(await at(buyer, replica).send({ method: 'GET', path: `/api/payments/${crossed.id}` })).toMatchObject({
          status: 200,
          body: { status: 'refunded' },
        });
    }, 2 * upTo.takeUpMs);
    expect((await ledger.refunds()).map(({ metadata }) => metadata.orderId)).toEqual([crossed.id]);
    await restart(presentOf('payments'));
    await rollOut('expiration');
    await rollOut('notifications');

    // The tickets are on sale again, and sold by whichever replicas respond.
    for (const ticket of [plain, refunded, returned, last]) {
      const again = await hold(other, ticket.id);
      expect((await pay(other, again.id)).status).toBe(201);
      await untilOrder(other, again.id, { status: 'complete' });
    }
    expect((await order(buyer, sold.id)).status).toBe(400);
    await eventually(async () => {
      for (const service of services) expect(await setAside(service)).toEqual([]);
    }, upTo.takeUpMs);
    for (const service of services) expect(await setAside(service, 'waiting')).toEqual([]);
    const audit = promisify(execFile)('npm', ['run', '--silent', 'audit'], {
      cwd: root,
      env: { ...process.env, DATA_DIR: dataDir },
    });
    expect((await audit).stdout).toContain('No violations');
    expect(serverErrors).toEqual([]);
  },
  120_000,
);
