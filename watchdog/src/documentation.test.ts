import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { checks } from './checks/all-checks.ts';
import { bounds } from './watchdog/choose.ts';
import { repairCounters } from './watchdog/read-repairs.ts';

const document = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');

const rows = (heading: string): string[][] => {
  const section = document.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
};

test('When a check is made or changed, then the table of checks has it in its words', () => {
  expect(rows('Checks')).toEqual(checks.map(({ name, says }) => [`\`${name}\``, says]));
});

test('When a counter of repairs is shown to operators, then the table of reconcilers explains it', () => {
  const metrics = rows('Reconcilers').map((row) => row.at(-1) ?? '');
  expect(Object.keys(repairCounters).filter((counter) => !metrics.some((cell) => cell.includes(counter)))).toEqual([]);
});

test('When the bounds of a pass change, then the table of bounds has them', () => {
  const limits = rows('The watchdog').map(([, limit = '']) => limit.replaceAll(',', ''));
  for (const bound of Object.values(bounds)) {
    expect(limits.some((limit) => limit.split(/\D+/).includes(String(bound)))).toBe(true);
  }
});
