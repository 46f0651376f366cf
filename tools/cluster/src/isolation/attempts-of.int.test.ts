import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AckPolicy, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { natsServers, requiredDurables } from '@ticketing/common/messaging';
import {
  eventually,
  openMongodWithUsers,
  openServerProcess,
  requireProgram,
  type ServerProcess,
} from '@ticketing/common/testing';
import { endBundler } from '@ticketing/launcher/build';
import { root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptsOf } from './attempts-of.ts';
import { bundleAttempts, findUnexpected } from './bundle.ts';

// The attempts that the step `isolation` makes in pods, with NATS as the cluster configures it and one mongod for all databases.

const users = [...services, 'watchdog'];
const manifest = (name: string): string => readFileSync(join(root, 'infra', 'k8s', 'base', name), 'utf8');

let nats: ServerProcess;
let mongod: Awaited<ReturnType<typeof openMongodWithUsers>>;
let connection: NatsConnection;
let manager: JetStreamManager;
let bundle: string;

const natsUrl = (user: string): string => `nats://${user}:n-${user}@127.0.0.1:${nats.port}`;

/** The environment of a user's pod. */
const envOf = (user: string): Record<string, string> => ({
  NATS_URL: natsUrl(user),
  ...(user === 'watchdog'
    ? Object.fromEntries(
        services.map((service) => [`${service.toUpperCase()}_MONGO_URL`, mongod.urlOf('watchdog', service)]),
      )
    : { MONGO_URL: mongod.urlOf(user, user) }),
});
const attemptsAs = (user: string) =>
  attemptsOf(user, services, { databaseOf: (service) => new URL(mongod.urlOf(service, service)).host });
const run = (attempts: ReturnType<typeof attemptsAs>, env: Record<string, string>) =>
  findUnexpected(bundle, attempts, { node: process.execPath, env });

beforeAll(async () => {
  mongod = await openMongodWithUsers([
    ...services.map((name) => ({ name, database: name, role: 'readWrite' as const })),
    ...services.map((database) => ({ name: 'watchdog', database, role: 'read' as const })),
  ]);
  nats = await openServerProcess({
    program: await requireProgram('nats-server'),
    flags: (port, data) => {
      writeFileSync(join(data, 'nats.conf'), manifest('nats.conf').replace('/data/jetstream', data));
      for (const name of ['nats-users.conf', 'nats-tls.conf']) writeFileSync(join(data, name), manifest(name));
      return { config: join(data, 'nats.conf'), addr: '127.0.0.1', port, http_port: -1 };
    },
    env: {
      POD_NAME: 'nats-0',
      ...Object.fromEntries([...users, 'operator'].map((user) => [`NATS_${user.toUpperCase()}_PASSWORD`, `n-${user}`])),
    },
  });
  connection = await connect(natsServers(natsUrl('operator')));
  manager = await jetstreamManager(connection, { checkAPI: false });
  await eventually(() =>
    manager.streams.add({ name: 'TICKETING', subjects: ['user.>', 'ticket.>', 'order.>', 'charge.>'] }),
  );
  await manager.streams.add({ name: 'TICKETING-SESSIONS', subjects: ['session.>'] });
  for (const { durable, subject } of requiredDurables)
    await manager.consumers.add('TICKETING', {
      durable_name: durable,
      filter_subject: subject,
      ack_policy: AckPolicy.Explicit,
    });
  bundle = await bundleAttempts();
}, 60_000);
afterAll(async () => {
  await endBundler();
  await connection?.close();
  await Promise.all([nats?.close(), mongod?.close()]);
});

test.each(users)(
  "When %s uses its own credentials, then it may do its own work, and nothing of another's",
  async (user) => {
    await expect(run(attemptsAs(user), envOf(user))).resolves.toEqual([]);
  },
  60_000,
);

test('When everything is permitted on the bus, then every attempt that must be refused is reported, and none has changed anything', async () => {
  const before = (await manager.streams.info('TICKETING')).state;
  const attempts = attemptsAs('notifications');
  const wrong = await run(attempts, { ...envOf('notifications'), NATS_URL: natsUrl('operator') });
  const refused = attempts.filter(
    ({ kind, expected }) => expected === 'refused' && kind !== 'read' && kind !== 'write',
  );
  expect(wrong.map((text) => text.replace(/: permitted instead of refused .*/s, ''))).toEqual(
    refused.map(({ name }) => name),
  );
  expect((await manager.streams.info('TICKETING')).state).toEqual(before);
  await expect(manager.streams.info('TICKETING-SESSIONS')).resolves.toMatchObject({ state: { messages: 0 } });
  await expect(run(attemptsAs('operator'), { NATS_URL: natsUrl('operator') })).resolves.toEqual([]);
}, 60_000);

test("When a service has another one's credentials, then reading and writing its database are reported", async () => {
  const attempts = attemptsAs('orders').filter(({ name }) => name.endsWith(' the database of tickets'));
  const wrong = await run(attempts, { ...envOf('orders'), MONGO_URL: mongod.urlOf('tickets', 'tickets') });
  expect(wrong).toEqual(
    ['read', 'write'].map((kind) => `${kind} the database of tickets: permitted instead of refused ()`),
  );
}, 60_000);

test('When Redis is used with its password and with another one, then the first is permitted and the second refused', async () => {
  const redis = await openServerProcess({
    program: await requireProgram('redis-server'),
    flags: (port, dir) => ({ bind: '127.0.0.1', port, dir, requirepass: 'right' }),
  });
  try {
    for (const [password, expected] of [
      ['right', 'permitted'],
      ['wrong', 'refused'],
    ] as const) {
      const env = { NATS_URL: natsUrl('orders'), REDIS_URL: `redis://:${password}@127.0.0.1:${redis.port}` };
      await expect(run([{ name: 'use Redis', kind: 'cache', expected }], env)).resolves.toEqual([]);
    }
  } finally {
    await redis.close();
  }
}, 30_000);

test.each([
  { port: () => nats.port, send: 'CONNECT {}\r\n', response: 'Authorization', expected: 'permitted' },
  { port: () => nats.port, send: 'CONNECT {}\r\n', response: 'no such text', expected: 'refused' },
  { port: () => nats.port, expected: 'permitted' },
  { port: () => 1, expected: 'refused' },
] as const)('When a port is tried, then what is found is $expected ($#)', async ({ port, ...rest }) => {
  const attempt = { name: 'connect', kind: 'connect', host: '127.0.0.1', port: port(), ...rest } as const;
  await expect(run([attempt], { NATS_URL: natsUrl('operator') })).resolves.toEqual([]);
});
