import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { natsArguments } from './nats.ts';
import { startBackingServers, type BackingServers } from './start-backing-servers.ts';

let directory: string;
let servers: BackingServers;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nats-'));
  servers = await startBackingServers({ dataDir: directory, env: {}, log: () => undefined, only: ['nats'] });
});
afterAll(async () => {
  await servers.stop();
  await rm(directory, { recursive: true, force: true });
});

test('When NATS is started, then it syncs before it acknowledges, and its store has a bound', async () => {
  const config = await readFile(join(directory, 'nats', 'nats.conf'), 'utf8');
  expect(config).toContain('sync_interval: always');
  expect(config).toContain('max_file_store: 1800MB');
});

test('When NATS is too old for the setting, then it is started without it', async () => {
  const [, file = ''] = await natsArguments({
    member: 0,
    port: 4222,
    clusterPort: 0,
    monitorPort: 0,
    memberPorts: [4222],
    isProxied: false,
    directory,
    version: '2.9.10',
  });
  expect(await readFile(file, 'utf8')).not.toContain('sync_interval');
});
