import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { eventually } from '@ticketing/common/testing';
import { startBackingServers, type BackingServers } from '@ticketing/launcher/backing-servers';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountSmallDisk } from './small-disk.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'small-disk-'));
const disk = await mountSmallDisk(join(dataDir, 'nats'));
let servers: BackingServers | undefined;
let connection: NatsConnection | undefined;
let manager: JetStreamManager;
const lines: string[] = [];

beforeAll(async () => {
  servers = await startBackingServers({ dataDir, env: {}, log: (line) => lines.push(line), only: ['nats'] });
  connection = await connect({ servers: servers.natsUrl, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  manager = await jetstreamManager(connection, { checkAPI: false });
  await manager.streams.add({ name: 'TEST', subjects: ['test'] });
}, 60_000);
afterAll(async () => {
  await connection?.close();
  await servers?.stop();
  await disk?.unmount();
  await rm(dataDir, { recursive: true, force: true });
});

const publish = () => manager.jetstream().publish('test', 'x'.repeat(10_000), { timeout: 500 });

const title = 'When the disk of NATS was full, then NATS is restarted and stores messages once there is room';
const recovers = async () => {
  await publish();
  await disk?.fill();
  await expect(writeFile(join(dataDir, 'nats', 'more'), 'x'.repeat(10_000))).rejects.toThrow('ENOSPC');
  await eventually(() => expect(publish()).rejects.toThrow());
  await eventually(() => expect(lines.join()).toContain('must be restarted'), 15_000);
  await disk?.free();
  await eventually(publish, 30_000);
};

if (disk === undefined) test.skip(`${title} (skipped: this user may not mount file systems)`, recovers);
else test(title, recovers, 60_000);
