import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const script = join(import.meta.dirname, 'run-operator.ts');

/** Of a cluster that does not respond. */
const kubeconfig = `apiVersion: v1
kind: Config
current-context: away
contexts: [{ name: away, context: { cluster: away, user: nobody } }]
clusters: [{ name: away, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: nobody, user: {} }]
`;

const run = async (args: readonly string[], env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, [script, ...args], { env: { PATH: process.env['PATH'], ...env } });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code, stderr };
};

test('When the cluster does not respond or there is no kubectl, then the command says so in one line, with exit code 2', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'operator-'));
  try {
    const file = join(folder, 'config');
    await writeFile(file, kubeconfig);
    const { code, stderr } = await run(['problems', '--cluster'], { KUBECONFIG: file });
    expect(stderr).toMatch(/^The product in the cluster was not found: .+\n$/);
    expect(code).toBe(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('When no product runs here, then the command says how to name one, with exit code 2', async () => {
  const { code, stderr } = await run(['problems'], { DATA_DIR: '/nowhere' });
  expect(stderr).toMatch(/^No product runs here: .+ORDERS_MONGO_URL.+\n$/);
  expect(code).toBe(2);
});
