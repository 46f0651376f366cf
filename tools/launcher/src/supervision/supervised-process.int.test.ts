import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../data-dir.mjs';
import { freePort } from '../net/free-ports.ts';
import { required } from '../required.ts';
import { ProcessList } from './process-list.ts';
import { SupervisedProcess, type ProcessSpec } from './supervised-process.ts';

let directory: string;
let lines: string[];
let list: ProcessList;
const started: SupervisedProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'supervision-'));
  lines = [];
  list = new ProcessList(join(directory, 'processes.json'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.stop()));
  await rm(directory, { recursive: true });
});

const until = async <T>(read: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> => {
  const end = performance.now() + 15_000;
  for (;;) {
    const found = await read();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`timed out; log: ${lines.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** Script of a minimal HTTP server that runs `onTerm` on SIGTERM. */
const service = (port: number, onTerm = 'process.exit(0)') => `
  require('node:http').createServer((req, res) => res.end('ok')).listen(${port}, '127.0.0.1');
  process.on('SIGTERM', () => { ${onTerm} });
`;

const supervise = async (script: (port: number) => string, overrides: Partial<ProcessSpec> = {}) => {
  const port = await freePort();
  const supervised = new SupervisedProcess(
    {
      name: 'fake',
      replica: 0,
      command: process.execPath,
      args: ['-e', script(port)],
      env: {},
      cwd: directory,
      url: `http://127.0.0.1:${port}`,
      logFile: join(directory, 'logs', 'fake-0.log'),
      isReady: async () => (await fetch(`http://127.0.0.1:${port}`)).ok,
      stopTimeoutMs: 3_000,
      ...overrides,
    },
    { log: (line) => lines.push(line), onChange: list.write },
  );
  started.push(supervised);
  list.add(supervised);
  return supervised.start();
};

const listed = async (): Promise<{ name: string; replica: number; pid: number; url: string }[]> =>
  JSON.parse(await readFile(join(directory, 'processes.json'), 'utf8'));

test('When a process is killed, then it is restarted at the same address, and listed and logged', async () => {
  const supervised = await supervise(service);
  await supervised.ready();
  const [before] = await listed();
  expect(before).toEqual({ name: 'fake', replica: 0, pid: supervised.pid, url: supervised.spec.url });
  process.kill(required(supervised.pid, 'pid'), 'SIGKILL');
  await until(() => supervised.isReady && supervised.pid !== before?.pid);
  expect(await listed()).toEqual([{ ...before, pid: supervised.pid }]);
  expect(lines).toEqual(['fake-0 was ended by SIGKILL, restarting in 0.1 s', 'fake-0 is ready again']);
});

test('When a process is sent SIGTERM by somebody else, then it is restarted too', async () => {
  const supervised = await supervise(service);
  await supervised.ready();
  const pid = required(supervised.pid, 'pid');
  process.kill(pid, 'SIGTERM');
  await until(() => supervised.isReady && supervised.pid !== pid);
  expect(lines[0]).toBe('fake-0 ended with code 0, restarting in 0.1 s');
});

test('When a process runs but has failed, then it is restarted', async () => {
  const failing = new Set<number>();
  const supervised = await supervise((port) => service(port, ''), {
    stopTimeoutMs: 100,
    findFailure: async () => (failing.has(supervised.pid ?? 0) ? 'its disk was full' : undefined),
  });
  await supervised.ready();
  const pid = required(supervised.pid, 'pid');
  failing.add(pid);
  await until(() => supervised.isReady && supervised.pid !== pid);
  expect(lines).toEqual([
    'fake-0 must be restarted: its disk was full',
    'fake-0 did not end within 0.1 s and is killed',
    'fake-0 was ended by SIGKILL, restarting in 0.1 s',
    'fake-0 is ready again',
  ]);
});

test('When a process runs but does not respond for long, then it is restarted', async () => {
  const silent = new Set<number>();
  const supervised = await supervise((port) => service(port, ''), {
    stopTimeoutMs: 100,
    noResponseMs: 2_500,
    findFailure: async () => {
      if (silent.has(supervised.pid ?? 0)) throw new Error('timeout');
      return undefined;
    },
  });
  await supervised.ready();
  const pid = required(supervised.pid, 'pid');
  silent.add(pid);
  await until(() => supervised.isReady && supervised.pid !== pid);
  expect(lines[0]).toBe('fake-0 must be restarted: it does not respond');
});

test('When a process does not run, then it is not in the list', async () => {
  const supervised = await supervise(() => 'process.exit(3)');
  await until(() => lines.length >= 2);
  await until(() => supervised.pid === undefined);
  expect(await listed()).toEqual([]);
});

test('When a process keeps dying before it is ready, then waiting for it fails with the end of its log', async () => {
  const supervised = await supervise(() => "console.error('PORT is missing'); process.exit(1)");
  await expect(supervised.ready()).rejects.toThrow(/fake-0 does not start: it ended with code 1[^]*PORT is missing/);
  expect(lines.slice(0, 4).map((line) => line.split(' in ')[1])).toEqual(['0.1 s', '0.2 s', '0.4 s', '0.8 s']);
});

test('When a program does not exist, then waiting for it fails with ENOENT', async () => {
  const supervised = await supervise(service, { command: join(directory, 'no-such-program') });
  await expect(supervised.ready()).rejects.toThrow(/ENOENT/);
});

test('When a process is stopped, then it drains, ends and is not restarted', async () => {
  const supervised = await supervise((port) => service(port, 'setTimeout(() => process.exit(0), 100)'));
  await supervised.ready();
  const pid = required(supervised.pid, 'pid');
  await supervised.stop();
  expect(isAlive(pid)).toBe(false);
  expect(lines).toEqual([]);
  expect(await listed()).toEqual([]);
});

test('When a process ignores SIGTERM, then it is killed with its child processes', async () => {
  const supervised = await supervise(
    (port) => `
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      require('node:fs').writeFileSync('child', String(child.pid));
      ${service(port, '')}
    `,
    { stopTimeoutMs: 300 },
  );
  await supervised.ready();
  const child = Number(await readFile(join(directory, 'child'), 'utf8'));
  await supervised.stop();
  expect(lines).toEqual(['fake-0 did not end within 0.3 s and is killed']);
  await until(() => !isAlive(child));
});

test('When it is stopped while it waits for a restart, then it is not restarted', async () => {
  const supervised = await supervise(() => 'process.exit(1)');
  await until(() => lines.length >= 4);
  await until(() => supervised.pid === undefined);
  await supervised.stop();
  const said = lines.length;
  expect(supervised.pid).toBeUndefined();
  expect(lines).toHaveLength(said);
});
