import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDataDir, emptyDataDir, stopLeftovers, marker, releaseDataDir, runningLauncher } from './data-dir.mjs';

let directory: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'data-dir-')));
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

/** Starts a process that does nothing until it is killed. */
const startIdle = async (options: {
  args?: string[];
  env?: Record<string, string>;
  cwd?: string;
}): Promise<ChildProcess> => {
  const child = spawn(
    process.execPath,
    ['-e', "console.log('up'); setInterval(() => {}, 1000)", ...(options.args ?? [])],
    { env: options.env ?? {}, cwd: options.cwd ?? tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  started.push(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
};

test('When a launcher uses a directory, then it cannot be claimed, and the message has the process id of that launcher', async () => {
  const launcher = await startIdle({ args: ['start.ts'] });
  await writeFile(join(directory, 'launcher.json'), `{ "pid": ${launcher.pid} }`);
  expect(runningLauncher(directory)).toBe(launcher.pid);
  expect(() => claimDataDir(directory)).toThrow(`process ${launcher.pid}`);
});

test('When the launcher of a directory has ended, even if its process id is in use again, then it can be claimed', async () => {
  const other = await startIdle({});
  await writeFile(join(directory, 'launcher.json'), `{ "pid": ${other.pid} }`);
  expect(runningLauncher(directory)).toBeUndefined();
  claimDataDir(directory);
  expect(JSON.parse(await readFile(join(directory, 'launcher.json'), 'utf8'))).toEqual({ pid: process.pid });
  releaseDataDir(directory);
  expect(await readdir(directory)).toEqual(['.ticketing']);
});

test('When a directory is emptied, then only files of the launcher are removed', async () => {
  claimDataDir(directory);
  await mkdir(join(directory, 'mongod'));
  await mkdir(join(directory, 'photos'));
  await writeFile(join(directory, 'secrets.json'), '{}');
  emptyDataDir(directory);
  expect((await readdir(directory)).toSorted()).toEqual(['.ticketing', 'photos']);
});

test('When a directory was not created by the launcher, then it is not emptied', async () => {
  await mkdir(join(directory, 'redis'));
  expect(() => emptyDataDir(directory)).toThrow('--fresh does not empty it');
  expect((await stat(join(directory, 'redis'))).isDirectory()).toBe(true);
});

test('When a launcher uses a directory, then it is not emptied', async () => {
  const launcher = await startIdle({ args: ['start.ts'] });
  claimDataDir(directory);
  await writeFile(join(directory, 'launcher.json'), `{ "pid": ${launcher.pid} }`);
  expect(() => emptyDataDir(directory)).toThrow(`process ${launcher.pid}`);
});

test('When a directory was not created by the launcher, then releasing it removes nothing', async () => {
  await writeFile(join(directory, 'processes.json'), '[]');
  releaseDataDir(directory);
  expect(await readdir(directory)).toEqual(['processes.json']);
});

test('When a killed launcher has left processes running, then they are stopped, and no others', async () => {
  await mkdir(join(directory, 'redis'));
  const marked = await startIdle({ env: { [marker]: directory } });
  const listed = await startIdle({ cwd: join(directory, 'redis') });
  const elsewhere = await startIdle({ env: { [marker]: `${directory}-other` } });
  const unlisted = await startIdle({ cwd: join(directory, 'redis') });
  await writeFile(
    join(directory, 'processes.json'),
    JSON.stringify([
      { name: 'redis', replica: 0, pid: listed.pid },
      { name: 'old', replica: 0, pid: elsewhere.pid },
    ]),
  );
  const ended = Promise.all([once(marked, 'exit'), once(listed, 'exit')]);
  const lines: string[] = [];
  await stopLeftovers(directory, (line) => lines.push(line));
  await ended;
  expect(lines).toEqual(['Stopping 2 processes that an earlier npm start has left running']);
  expect([elsewhere.exitCode, elsewhere.signalCode, unlisted.exitCode, unlisted.signalCode]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
