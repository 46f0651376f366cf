import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { consumedEvents, followedEvents, publishedEvents } from '../../../events/index.ts';
import { eventually, throughout } from '../../../testing/eventually.ts';
import { requireProgram } from '../../../testing/find-program.ts';
import { openServerProcess, type ServerProcess } from '../../../testing/server-process.ts';
import { durableName } from '../../listening/durable-name.ts';
import { openBusBacklog } from '../bus-backlog.ts';
import { natsServers } from '../nats-servers.ts';
import type { Subscription, Transport } from '../transport.ts';
import { natsUsersFile } from './nats-users.ts';
import { createJetStreamTransport } from './transport.ts';

// The users of the cluster's NATS, as infra/k8s configures them, on a real server.

type Table = Readonly<Record<string, readonly { readonly type: string }[]>>;
const pairs = (table: Table) =>
  Object.entries(table).flatMap(([service, events]) => events.map(({ type }) => ({ service, type })));
const published = pairs(publishedEvents);
const services = Object.keys(publishedEvents);

const manifests = new URL('../../../../../infra/k8s/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, manifests), 'utf8');
const usersFile = read('base/nats-users.conf');

/** Writes a configuration of the cluster into a folder; only its place on the disk is another one. */
const writeConfig = (folder: string, path: string): string => {
  const file = join(folder, 'nats.conf');
  writeFileSync(file, read(path).replace('/data/jetstream', folder));
  writeFileSync(join(folder, 'nats-users.conf'), usersFile);
  for (const name of ['nats-tls.conf', 'nats-routes-tls.conf']) writeFileSync(join(folder, name), read(`base/${name}`));
  return file;
};

const passwordOf = (user: string): string => `n-${user}`;
const env = {
  POD_NAME: 'nats-0',
  ...Object.fromEntries(
    [...services, 'watchdog', 'operator'].map((user) => [`NATS_${user.toUpperCase()}_PASSWORD`, passwordOf(user)]),
  ),
};

let server: ServerProcess;
const transports = new Map<string, Transport>();
const subscriptions = new Map<string, Subscription>();
const connections: NatsConnection[] = [];

const urlOf = (user: string): string => `nats://${user}:${passwordOf(user)}@127.0.0.1:${server.port}`;
const transportOf = (service: string): Transport => {
  const transport = transports.get(service);
  if (transport === undefined) throw new Error(`${service} has no transport`);
  return transport;
};

/** A connection with a service's password, as somebody would open it who has taken the service over. */
const connectAs = async (user: string): Promise<{ connection: NatsConnection; manager: JetStreamManager }> => {
  const connection = await connect(natsServers(urlOf(user)));
  connections.push(connection);
  return { connection, manager: await jetstreamManager(connection, { checkAPI: false, timeout: 2_000 }) };
};
const messagesIn = async (manager: JetStreamManager, stream: string): Promise<number> =>
  (await manager.streams.info(stream)).state.messages;

beforeAll(async () => {
  server = await openServerProcess({
    program: await requireProgram('nats-server'),
    flags: (port, data) => ({
      config: writeConfig(data, 'base/nats.conf'),
      addr: '127.0.0.1',
      port,
      // Any free one.
      http_port: -1,
    }),
    env,
  });
  const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  for (const name of services) {
    transports.set(
      name,
      createJetStreamTransport({ url: urlOf(name), clientName: name, logger, maxBytes: 64 * 1024 * 1024 }),
    );
  }
  // The service that may do so makes the streams; the others wait for it.
  await eventually(() => expect([...transports.values()].every((transport) => transport.isConnected())).toBe(true));
}, 30_000);

afterAll(async () => {
  await Promise.all([...transports.values()].map((transport) => transport.close()));
  await Promise.all(connections.map((connection) => connection.close()));
  await server.close();
});

test('When services publish or consume other events, then the users of NATS have been written again by `npm run nats:users`', () => {
  expect(usersFile).toBe(natsUsersFile());
});

test('When the configuration of three servers is read, then it is valid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketing-nats-'));
  const routes = Object.fromEntries([0, 1, 2].map((n) => [`NATS_ROUTE_${n}`, `nats://route:n1@nats-${n}.nats:6222`]));
  const args = ['-t', '--config', writeConfig(folder, 'components/nats-cluster/nats.conf')];
  const checking = promisify(execFile)(await requireProgram('nats-server'), args, {
    env: { ...env, ...routes, NATS_ROUTE_PASSWORD: 'n1' },
  });
  await expect(checking).resolves.toMatchObject({ stderr: expect.stringContaining('is valid') });
  await rm(folder, { recursive: true });
});

test('When each service connects with its own user, then it publishes, consumes and follows its events', async () => {
  const received = new Set<string>();
  for (const { service, type } of pairs(consumedEvents)) {
    const durable = durableName(service, type);
    const subscription = await transportOf(service).subscribe({
      durable,
      subject: type,
      maxBatch: 10,
      concurrency: 1,
      onMessages: async (messages) => {
        for (const message of messages) {
          received.add(`${service} consumes ${message.subject}`);
          message.ack();
        }
      },
    });
    subscriptions.set(durable, subscription);
  }
  for (const { service, type } of pairs(followedEvents)) {
    const follower = transportOf(service).follow({
      subject: type,
      from: 'first',
      onMessage: () => received.add(`${service} follows ${type}`),
    });
    await follower.caughtUp;
  }
  for (const { service, type } of published)
    await transportOf(service).publish({ subject: type, id: randomUUID(), body: '{}' });
  const expected = [
    ...pairs(consumedEvents).map(({ service, type }) => `${service} consumes ${type}`),
    ...pairs(followedEvents).map(({ service, type }) => `${service} follows ${type}`),
  ];
  await eventually(() => expect([...received].toSorted()).toEqual(expected.toSorted()));
  // Acknowledged too: otherwise an event would never be purged.
  const { manager } = await connectAs('operator');
  await eventually(async () => {
    for await (const { name, num_ack_pending: open } of manager.consumers.list('TICKETING'))
      expect({ name, open }).toEqual({ name, open: 0 });
  });
}, 30_000);

test('When a service tends the stream of events, then its user may do what that takes', async () => {
  for (const [service, events] of Object.entries<Table[string]>(publishedEvents)) {
    const { store } = transportOf(service);
    const last = (await store?.state())?.lastSequence ?? 0;
    await expect(store?.sizes()).resolves.toHaveLength(2);
    await expect(store?.consumers()).resolves.toHaveLength(pairs(consumedEvents).length);
    const own = events[0];
    if (own === undefined) continue;
    await expect(store?.messageId(last)).resolves.toEqual(expect.any(String));
    await expect(store?.purge(own.type, 1)).resolves.toBeUndefined();
  }
});

test('When the watchdog reads the backlogs with its own user, then it reads how long events have waited', async () => {
  const waiting = durableName('orders', 'ticket.updated');
  await subscriptions.get(waiting)?.stop();
  await transportOf('tickets').publish({ subject: 'ticket.updated', id: randomUUID(), body: '{}' });
  const backlog = openBusBacklog({ BUS: 'jetstream', NATS_URL: urlOf('watchdog') }, { clientName: 'watchdog' });
  const read = await backlog.read();
  expect(read?.find(({ durable }) => durable === waiting)).toMatchObject({ waitingSince: expect.any(Date) });
  await backlog.close();
});

test("When a service publishes another service's event, then NATS refuses it", async () => {
  for (const service of services) {
    for (const { type } of published.filter((event) => event.service !== service)) {
      const event = { subject: type, id: randomUUID(), body: '{}' };
      await expect(transportOf(service).publish(event)).rejects.toThrow(
        `Permissions Violation for Publish to "${type}"`,
      );
    }
  }
});

test.each([...services, 'watchdog'])(
  'When the user of %s changes a stream or a consumer of another service, then NATS refuses it',
  async (user) => {
    const { connection, manager } = await connectAs(user);
    const { durable, subject } =
      user === 'orders'
        ? { durable: 'tickets_order-updated', subject: 'order.updated' }
        : { durable: 'orders_ticket-updated', subject: 'ticket.updated' };
    const change = { durable_name: durable, filter_subject: subject, ack_policy: AckPolicy.Explicit, max_deliver: 1 };
    const refused: Readonly<Record<string, () => Promise<unknown>>> = {
      'delete the stream': () => manager.streams.delete('TICKETING'),
      'delete a message': () => manager.streams.deleteMessage('TICKETING', 1),
      'purge sessions': () => manager.streams.purge('TICKETING-SESSIONS'),
      'make another stream': () => manager.streams.add({ name: 'OTHER', subjects: ['other'] }),
      'change a consumer': () => manager.consumers.add('TICKETING', change),
      'delete a consumer': () => manager.consumers.delete('TICKETING', durable),
      'read e-mails': () =>
        manager.consumers.add('TICKETING', { filter_subject: 'user.created', ack_policy: AckPolicy.None, name: 'any' }),
      'read everything': () => manager.consumers.add('TICKETING', { ack_policy: AckPolicy.None }),
      'take its messages': () => connection.request(`$JS.API.CONSUMER.MSG.NEXT.TICKETING.${durable}`, '1'),
      'acknowledge its messages': () => connection.request(`$JS.ACK.TICKETING.${durable}.1.1.1.1.0`, '+ACK'),
      ...(user === 'expiration'
        ? {}
        : { 'change the stream': () => manager.streams.update('TICKETING', { max_age: 1 }) }),
      ...(user === 'notifications' || user === 'watchdog'
        ? { 'purge events': () => manager.streams.purge('TICKETING') }
        : {}),
    };
    for (const [what, action] of Object.entries(refused)) {
      const outcome = await action().then(
        () => 'done',
        (error: unknown) => String(error),
      );
      expect(`${what}: ${outcome}`).toContain('Permissions Violation for Publish');
    }
    const replies = connection.subscribe('_INBOX_operator.>');
    const listening = (async () => {
      for await (const { subject: to } of replies) throw new Error(`the user reads ${to}`);
    })();
    await expect(listening).rejects.toThrow('Permissions Violation for Subscription');
  },
);

test("When a service has its own event delivered to another service's subject, then nothing is stored under that subject", async () => {
  const { connection, manager } = await connectAs('tickets');
  const operator = (await connectAs('operator')).manager;
  const countOf = async (stream: string, subject: string): Promise<number> =>
    (await operator.streams.info(stream, { subjects_filter: subject })).state.subjects?.[subject] ?? 0;
  const counts = async () => [
    await countOf('TICKETING', 'charge.updated'),
    await countOf('TICKETING-SESSIONS', 'session.ended'),
  ];
  const before = await counts();
  await manager.consumers.add('TICKETING', {
    name: 'own',
    filter_subject: 'ticket.updated',
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.New,
  });
  // Without an id, so that the broker does not take what arrives for a duplicate.
  for (let n = 0; n < 2; n += 1) await jetstream(connection).publish('ticket.updated', 'forged');
  const all = async () =>
    (await messagesIn(operator, 'TICKETING')) + (await messagesIn(operator, 'TICKETING-SESSIONS'));
  const stored = await all();
  for (const subject of ['charge.updated', 'session.ended'])
    connection.publish('$JS.API.CONSUMER.MSG.NEXT.TICKETING.own', '1', { reply: subject });
  await eventually(async () => expect(await all()).toBe(stored + 2));
  const pushed = { name: 'pushed', filter_subject: 'ticket.updated', ack_policy: AckPolicy.None };
  await expect(manager.consumers.add('TICKETING', { ...pushed, deliver_subject: 'charge.updated' })).rejects.toThrow(
    'forms a cycle',
  );
  await throughout(async () => expect(await counts()).toEqual(before), 200);
});
