import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../settings.mjs';
import { planProcesses } from './plan-processes.ts';
import type { ProcessSpec } from './supervision/supervised-process.ts';

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

const plan = (env: NodeJS.ProcessEnv) =>
  planProcesses({
    settings: readSettings({ DATA_DIR: dataDir, ...env }, []).settings,
    secrets: {
      linkKey: 'link key',
      codeKey: 'code key',
      jwtKey: 'key',
      stripeKey: 'key',
      stripeWebhookSecret: 'secret',
    },
    env: {},
    mongoUrl: 'mongodb://127.0.0.1:1/?replicaSet=rs0',
    natsUrl: 'nats://127.0.0.1:1',
    redisUrl: 'redis://127.0.0.1:1',
  });

test('When a free port is the port of the router, then no other process gets it', async () => {
  const { specs } = await plan({ PORT: String(lowestPort) });
  const owners = specs.filter(({ url }) => url.endsWith(`:${lowestPort}`)).map(({ name }) => name);
  expect(owners).toEqual(['router']);
});

const find = (specs: readonly ProcessSpec[], name: string) => specs.find((spec) => spec.name === name);

test('When no mail server is set, then the mailbox is started, and the site links to its page', async () => {
  const { specs } = await plan({});
  const mailbox = find(specs, 'mailbox');
  expect(mailbox?.env).toMatchObject({ DATA_DIR: join(dataDir, 'mailbox'), SMTP_PORT: expect.stringMatching(/^\d+$/) });
  expect(find(specs, 'client')?.env['MAILBOX_URL']).toBe(mailbox?.url);
});

test('When a mail server or Stripe is set, then its local substitute is not started', async () => {
  const { specs } = await plan({ SMTP_URL: 'smtp://mail.example', STRIPE_HOST: 'http://127.0.0.1:1' });
  expect(find(specs, 'mailbox')).toBeUndefined();
  expect(find(specs, 'stripe-sandbox')).toBeUndefined();
  expect(find(specs, 'client')?.env).not.toHaveProperty('MAILBOX_URL');
});
