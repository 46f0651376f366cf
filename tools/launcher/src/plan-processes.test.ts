import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../settings.mjs';
import { planProcesses } from './plan-processes.ts';

/** The first port that is tried while Math.random returns 0. */
const lowestPort = 20_000;
let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plan-'));
  jest.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValueOnce(0);
});
afterAll(() => {
  jest.restoreAllMocks();
  rmSync(dataDir, { recursive: true });
});

test('When a free port is the port of the router, then no other process gets it', async () => {
  const { settings } = readSettings({ PORT: String(lowestPort), DATA_DIR: dataDir }, []);
  const { specs } = await planProcesses({
    settings,
    secrets: { jwtKey: 'key', stripeKey: 'key', stripeWebhookSecret: 'secret' },
    env: {},
    mongoUrl: 'mongodb://127.0.0.1:1/?replicaSet=rs0',
    natsUrl: 'nats://127.0.0.1:1',
    redisUrl: 'redis://127.0.0.1:1',
  });
  const owners = specs.filter(({ url }) => url.endsWith(`:${lowestPort}`)).map(({ name }) => name);
  expect(owners).toEqual(['router']);
});
