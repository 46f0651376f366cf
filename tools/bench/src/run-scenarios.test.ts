import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { atLeast, atMost } from './figure.ts';
import { runScenarios } from './run-scenarios.ts';
import type { Bench, Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

const none = () => Promise.reject(new Error('no product in this test'));

test('When a scenario fails, then its product is stopped and the next ones run', async () => {
  let stops = 0;
  const stop = () => {
    stops += 1;
    return Promise.resolve();
  };
  const bench: Bench & { readonly stop: () => Promise<void> } = {
    scale: 1,
    journeys: 1,
    product: none,
    freshProduct: none,
    baseline: none,
    stop,
  };
  const kept = atMost('time', 5, 5, 'ms');
  const missed = atLeast('rate', 4.5, 5, '/s');
  const all: Scenario[] = [
    { name: 'broken', run: async (given) => ({ figures: [], details: await given.product() }) },
    { name: 'good', run: () => Promise.resolve({ figures: [kept, missed], notes: ['a note'], details: { p50: 1 } }) },
  ];
  const lines: string[] = [];
  expect(await runScenarios(all, bench, (line) => lines.push(line))).toEqual({
    figures: [
      { scenario: 'good', ...kept },
      { scenario: 'good', ...missed },
    ],
    details: { good: { p50: 1 } },
    failed: ['broken'],
  });
  expect(stops).toBe(1);
  expect(lines[1]).toContain('FAIL broken: Error: no product in this test');
  expect(lines.slice(2)).toEqual(['good', '     a note', 'ok   time: 5.00 ms (≤ 5)', 'MISS rate: 4.50 /s (≥ 5)']);
});

test('When a scenario is in the list, then its name is its own and the README has it', async () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(/one of ([\w, -]+)/.exec(readme)?.[1]?.trim().split(', ')).toEqual(names);
});
