import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import pino from 'pino';
import { userCreated, userState } from '../events/index.ts';
import { buildApp } from '../http/index.ts';
import { createJetStreamTransport, defineAggregate, openStore } from '../messaging/index.ts';
import { newId, type DocumentOf } from '../mongo/index.ts';
import { openFaultyProxy, type FaultyProxy } from '../testing/faulty-proxy.ts';
import { eventually } from '../testing/eventually.ts';
import { findProgram } from '../testing/find-program.ts';
import { openMongod } from '../testing/servers.ts';
import { openTestSystem, testStreamBytes, type TestSystem } from '../testing/test-system.ts';
import { commonEnv, readEnv } from './config.ts';
import { httpKit } from './http-kit.ts';
import { openService, type RunningService } from './open-service.ts';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const users = defineAggregate({
  type: 'user',
  collection: 'users',
  fields: { email: { type: String, required: true } },
  state: userState.pick({ id: true, version: true, email: true }),
  events: [userCreated],
});

let system: TestSystem;
let mongod: Awaited<ReturnType<typeof openMongod>>;
let nats: FaultyProxy;
const services: RunningService[] = [];

beforeAll(async () => {
  [system, mongod] = await Promise.all([openTestSystem(), openMongod()]);
  nats = await openFaultyProxy(String(system.env.NATS_URL));
});
afterEach(() => Promise.all(services.splice(0).map((service) => service.stop())));
afterAll(async () => {
  await system.close();
  await nats.close();
  await mongod.close();
});

/** A service with one route that writes and one that does not, on a mongod and behind a proxy to NATS of this file's own. */
const start = async (): Promise<RunningService> => {
  const url = new URL(mongod.url);
  url.pathname = '/service';
  const config = readEnv(commonEnv, { ...system.env, MONGO_URL: url.href, NATS_URL: nats.url });
  const service = openService('users', config, {
    logger,
    transport: () =>
      createJetStreamTransport({
        url: nats.url,
        clientName: 'users',
        logger,
        namespace: system.name,
        maxBytes: testStreamBytes,
      }),
  });
  const store = openStore(users, service);
  const running = await service.run({
    collections: [users],
    app: buildApp(httpKit(service), (app) => {
      app.post('/users', async (req, res) => {
        const user = await store.insert({ _id: newId(), email: 'a@example.com' }, userCreated, req.trace);
        res.status(201).send({ id: user._id });
      });
    }),
    listeners: [],
  });
  services.push(running);
  return running;
};

const status = async (url: string, init: RequestInit = {}): Promise<number> => {
  const response = await fetch(url, init);
  await response.text();
  return response.status;
};
const write = async (
  { url }: RunningService,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly id: string; readonly ms: number }> => {
  const began = performance.now();
  const response = await fetch(`${url}/users`, { method: 'POST', headers });
  const body: unknown = await response.json();
  const id = typeof body === 'object' && body !== null && 'id' in body ? String(body.id) : '';
  return { status: response.status, id, ms: performance.now() - began };
};
const untilWritten = (service: RunningService) =>
  eventually(async () => {
    const written = await write(service);
    expect(written.status).toBe(201);
    return written;
  }, 20_000);
const published = (): string[] => system.events(userCreated).map(({ data }) => data.id);

// mongod is killed and frozen, so it has to be a process of this test. In CI a missing one fails beforeAll.
const hasMongod = (await findProgram('mongod')) !== undefined;
if (!hasMongod) process.stderr.write('The service life cycle is not tested: mongod is not installed\n');
const live = hasMongod || process.env.CI !== undefined ? test : test.skip;

live('When a service runs, then it is ready, and the events that it writes are published', async () => {
  const service = await start();
  await service.ready;
  await eventually(async () => expect(await status(`${service.url}/readyz`)).toBe(200));
  const { id } = await untilWritten(service);
  await eventually(() => expect(published()).toContain(id));
});

live(
  'When the database is killed, then requests get 503 at once, the process stays alive, and everything recovers',
  async () => {
    const service = await start();
    const before = await untilWritten(service);
    await mongod.kill();
    const first = await write(service);
    expect(first.status).toBe(503);
    expect(first.ms).toBeLessThan(2_000);
    await eventually(async () => expect(await status(`${service.url}/readyz`)).toBe(503));
    await eventually(async () =>
      expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^database_up 0$/m),
    );
    const refused = await write(service);
    expect(refused.status).toBe(503);
    expect(refused.ms).toBeLessThan(200);
    expect(await status(`${service.url}/healthz`)).toBe(200);
    await mongod.start();
    await eventually(async () => expect(await status(`${service.url}/readyz`)).toBe(200), 20_000);
    expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^database_up 1$/m);
    const after = await untilWritten(service);
    await eventually(() => expect(published()).toEqual(expect.arrayContaining([before.id, after.id])));
  },
);

live(
  'When the database freezes, then a request that waits for it gets its 503 within 2 s, and everything recovers',
  async () => {
    const service = await start();
    await untilWritten(service);
    await mongod.freeze();
    const waiting = await Promise.all(Array.from({ length: 20 }, () => write(service))).finally(() => mongod.thaw());
    expect(new Set(waiting.map((answer) => answer.status))).toEqual(new Set([503]));
    expect(Math.max(...waiting.map(({ ms }) => ms))).toBeLessThan(2_000);
    await untilWritten(service);
  },
);

live(
  'When the database is unreachable at the start, then the service runs, is not ready, and becomes ready without a restart',
  async () => {
    await mongod.kill();
    const service = await start();
    expect(await status(`${service.url}/healthz`)).toBe(200);
    expect(await status(`${service.url}/readyz`)).toBe(503);
    expect((await write(service)).status).toBe(503);
    await mongod.start();
    await service.ready;
    await untilWritten(service);
  },
);

live(
  'When the broker is unreachable at the start, then the service is ready, and its events are published once it is reachable',
  async () => {
    nats.cut();
    const service = await start();
    await eventually(async () => expect(await status(`${service.url}/readyz`)).toBe(200));
    const { id } = await untilWritten(service);
    expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^broker_connected 0$/m);
    nats.restore();
    await service.ready;
    await eventually(() => expect(published()).toContain(id));
    await eventually(async () =>
      expect(await (await fetch(`${service.url}/metrics`)).text()).toMatch(/^broker_connected 1$/m),
    );
  },
);

live('When the connection to the broker is lost and restored, then no event written in between is lost', async () => {
  const service = await start();
  await service.ready;
  nats.cut();
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) ids.push((await untilWritten(service)).id);
  nats.restore();
  await eventually(() => expect(published()).toEqual(expect.arrayContaining(ids)), 15_000);
});

live(
  'When a service stops right after writes, then their events have been published and their outboxes are empty',
  async () => {
    const service = await start();
    await service.ready;
    await untilWritten(service);
    // Without kept-alive connections draining does not wait, and the outbox has to be published without that time.
    const written = await Promise.all(Array.from({ length: 20 }, () => write(service, { connection: 'close' })));
    await service.stop();
    await eventually(() => expect(published()).toEqual(expect.arrayContaining(written.map(({ id }) => id))));
    await expect(fetch(`${service.url}/healthz`)).rejects.toThrow();
    const client = await new MongoClient(mongod.url).connect();
    const ids = written.map(({ id }) => id);
    const left = await client
      .db('service')
      .collection<DocumentOf<typeof users>>('users')
      .countDocuments({ _id: { $in: ids }, 'outbox.0': { $exists: true } });
    await client.close();
    expect(left).toBe(0);
  },
);

live(
  'When a service stops while its database and its broker are unreachable, then it ends within the deadline',
  async () => {
    const service = await start();
    await service.ready;
    await untilWritten(service);
    nats.cut();
    await mongod.kill();
    await eventually(async () => expect(await status(`${service.url}/readyz`)).toBe(503));
    const began = performance.now();
    await service.stop();
    expect(performance.now() - began).toBeLessThan(9_000);
    nats.restore();
    await mongod.start();
  },
);
