import { expect, test } from '@jest/globals';
import { readmeTable } from '@ticketing/common/testing';
import { readFile } from 'node:fs/promises';
import { checks } from './checks/all-checks.ts';
import { watchdogEnv } from './config.ts';
import { repairCounters } from './page/read-repairs.ts';
import { bounds } from './scan/plan-scan.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

const table = (heading: string): string[][] => readmeTable(readme, heading);

test('When a check changes, then the table of checks has its name and rule', () => {
  expect(table('Checks')).toEqual(checks.map(({ name, rule }) => [name, rule]));
});

test('When a check is removed, then no row of the planted violations names it', () => {
  const named = table('Planted violations').flatMap(([, list = '']) => list.split(', '));
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
});

test('When a setting changes, then the table of settings has its name, default and meaning', () => {
  const settings = Object.entries(watchdogEnv).map(([name, schema]) => {
    const standard = 'defaultValue' in schema.def ? schema.def.defaultValue : '';
    return [name, standard, schema.description ?? ''];
  });
  expect(table('Environment')).toEqual(settings);
});

test('When the page shows a repair counter, then the table of repairs explains it', () => {
  const metrics = table('Repairs').flatMap((row) => row.at(-1)?.split(', ') ?? []);
  expect(metrics).toEqual(expect.arrayContaining(Object.keys(repairCounters)));
});

test('When the bounds of a scan change, then the table of bounds has them', () => {
  const limits = table('Scans').flatMap(([, limit = '']) => limit.replaceAll(',', '').match(/\d+/g) ?? []);
  expect(limits).toEqual(expect.arrayContaining(Object.values(bounds).map(String)));
});
