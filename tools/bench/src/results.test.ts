import { expect, test } from '@jest/globals';
import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { currentCommit, readResults } from './results.ts';

const execFile = promisify(execFileWithCallback);

test('When a results file of an earlier commit is read, then its figures are known, and its commit is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const file = join(folder, 'results.json');
  const row = { name: 'cost', value: 40, bound: 50, unit: '×', atMost: true };
  await writeFile(file, JSON.stringify({ date: '2026-11-24', atRest: { p50: 1 }, rows: [row] }));
  expect(await readResults(file)).toMatchObject({ date: '2026-11-24', commit: 'unknown', rows: [row] });
  await writeFile(file, '{}');
  await expect(readResults(file)).rejects.toThrow('rows');
  await rm(folder, { recursive: true });
});

test('When the commit of a folder is asked for, then it is known, and whether files differ from it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const git = async (...args: string[]) =>
    (await execFile('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { cwd: folder }))
      .stdout;
  expect(await currentCommit(folder)).toBe('unknown');
  await git('init');
  await writeFile(join(folder, 'file'), 'one');
  await git('add', 'file');
  await git('commit', '--message', 'one');
  const commit = (await git('rev-parse', 'HEAD')).slice(0, 12);
  expect(await currentCommit(folder)).toBe(commit);
  await writeFile(join(folder, 'file'), 'two');
  expect(await currentCommit(folder)).toBe(`${commit}+`);
  await rm(folder, { recursive: true });
});
