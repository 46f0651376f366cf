import { afterAll, expect } from '@jest/globals';
import { startBackingServers, type BackingServers } from '@ticketing/launcher/backing-servers';
import { root } from '@ticketing/launcher/paths';
import { startProduct } from '@ticketing/test/start-product';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stop } from '../product.ts';
import { testOnThisMachine } from '../site.ts';
import { hold, list, pay, signUp, untilOrder } from '../user.ts';

const directories: string[] = [];

afterAll(async () => {
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
});

const newDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'ticketing-e2e-'));
  directories.push(directory);
  return directory;
};

const urlsOf = {
  MONGO_URL: ({ mongoUrl }: BackingServers) => mongoUrl,
  NATS_URL: ({ natsUrl }: BackingServers) => natsUrl,
} as const;
const serverOf = { MONGO_URL: 'mongod', NATS_URL: 'nats' } as const;

const cases: readonly (readonly (keyof typeof urlsOf)[])[] = [['MONGO_URL', 'NATS_URL'], ['NATS_URL']];

for (const variables of cases)
  testOnThisMachine(
    `When the product is started with a ${variables.join(' and a ')} of its operator's, then the audit and the dead letters are read with the same`,
    async () => {
      const [dataDir, ownDir] = [await newDirectory(), await newDirectory()];
      const servers = await startBackingServers({
        dataDir: ownDir,
        env: { PATH: process.env['PATH'] },
        log: () => undefined,
        only: variables.map((variable) => serverOf[variable]),
      });
      try {
        const own = Object.fromEntries(variables.map((variable) => [variable, urlsOf[variable](servers)]));
        const product = await startProduct({ dataDir, settings: own });
        try {
          const [seller, buyer] = await Promise.all([signUp(product.url), signUp(product.url)]);
          const order = await hold(buyer, (await list(seller)).id);
          expect(await pay(buyer, order.id)).toMatchObject({ status: 201 });
          await untilOrder(buyer, order.id, { status: 'complete' });
          const run = async (...args: readonly string[]): Promise<string> => {
            const env = { ...process.env, ...own, DATA_DIR: dataDir };
            return (await promisify(execFile)('npm', ['run', '--silent', ...args], { cwd: root, env })).stdout;
          };
          expect(await run('audit')).toMatch(/complete-order-is-paid +1 +0\n[^]*No violations/);
          expect(await run('dead-letters', '--', 'list')).toContain('There are no dead letters.');
        } finally {
          await stop(product);
        }
      } finally {
        await servers.stop();
      }
    },
    300_000,
  );
