import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentCommit, readResults } from './results.ts';

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

test('When the commit is asked for, then it is that of the working copy, or unknown', async () => {
  expect(await currentCommit()).toMatch(/^([0-9a-f]{12}\+?|unknown)$/);
});
