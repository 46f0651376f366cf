import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startBackingServers, type BackingServers } from '@ticketing/launcher/backing-servers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyStream, fillStream, readMaxBytes } from './full-stream.ts';
import { stream, type Servers } from './stores.ts';

const maxBytes = 64 * 1024 * 1024;

const dataDir = await mkdtemp(join(tmpdir(), 'full-stream-'));
let servers: BackingServers | undefined;
let connection: NatsConnection | undefined;
let manager: JetStreamManager;
let product: Servers;

beforeAll(async () => {
  servers = await startBackingServers({ dataDir, env: {}, log: () => undefined, only: ['nats'] });
  const url = servers.natsUrl;
  product = { processes: () => [{ name: 'nats', replica: 0, pid: 0, url }] };
  connection = await connect({ servers: url });
  manager = await jetstreamManager(connection, { checkAPI: false });
}, 60_000);
afterAll(async () => {
  await connection?.close();
  await servers?.stop();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  const { streams } = manager;
  await streams.delete(stream).catch(() => undefined);
  await streams.add({ name: stream, subjects: ['ticket.>'], max_bytes: maxBytes, discard: 'new' });
});

const publish = () => manager.jetstream().publish('ticket.created', 'x'.repeat(200));
const bytes = async () => (await manager.streams.info(stream)).state.bytes;

test('When the stream is filled, then events are refused until it is emptied, and no event is lost', async () => {
  await publish();
  expect(await readMaxBytes(product)).toBe(maxBytes);
  await fillStream(product);
  await expect(publish()).rejects.toThrow('maximum bytes exceeded');
  // Again, since it is filled again and again.
  await fillStream(product);
  await emptyStream(product, maxBytes);
  await publish();
  expect((await manager.streams.info(stream)).state.messages).toBe(2);
});

test('When a service sets the limit of the stream again while it is filled, then no more is published than had room', async () => {
  const restoring = connection?.subscribe(`$JS.EVENT.ADVISORY.STREAM.UPDATED.${stream}`, {
    max: 1,
    callback: () => void manager.streams.update(stream, { max_bytes: maxBytes }).catch(() => undefined),
  });
  await fillStream(product);
  await restoring?.closed;
  expect(await readMaxBytes(product)).toBe(maxBytes);
  expect(await bytes()).toBeLessThan(512 * 1024);
});
