import { afterEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openLiveMemory, type LiveMemory } from './live-memory.ts';

const MB = 1_024 * 1_024;

/** V8 collects nothing by itself. */
const keepGarbage = ['--initial-heap-size=1024', '--no-memory-reducer'];

let memory: LiveMemory;
let child: ChildProcess;

afterEach(async () => {
  child.kill('SIGKILL');
  await memory.close();
});

/** Runs a program that prints something as soon as it may be measured, and returns what it uses. */
const measure = async (program: string): Promise<number> => {
  memory = await openLiveMemory();
  child = spawn(
    process.execPath,
    [...keepGarbage, memory.nodeOption, '--eval', `${program}; setInterval(() => kept, 1_000); console.log()`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.pid === undefined || child.stdout === null) throw new Error('Node did not start');
  await once(child.stdout, 'data');
  return memory.read(child.pid, () => child.kill('SIGUSR2'));
};

test('When a process has made garbage and keeps 40 MB, then about 40 MB are read', async () => {
  const bytes = await measure(
    'const fill = () => Array.from({ length: 40 }, () => new Array(131_072).fill(0.5)); const kept = fill(); let garbage = fill(); garbage = undefined',
  );
  expect(bytes).toBeGreaterThan(40 * MB);
  expect(bytes).toBeLessThan(55 * MB);
});

test('When a process keeps buffers, then they are read too', async () => {
  const bytes = await measure('const kept = Buffer.alloc(60 * 1_024 * 1_024)');
  expect(bytes).toBeGreaterThan(60 * MB);
  expect(bytes).toBeLessThan(75 * MB);
});
