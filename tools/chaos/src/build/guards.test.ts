import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from '@ticketing/watchdog/checks';
import { controls, editsOf } from './controls.ts';
import { guards, type SourceEdit } from './guards.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

test.each(
  Object.entries(guards).flatMap(([name, { edits }]) => edits.map((edit): [string, SourceEdit] => [name, edit])),
)('When the guard %s is to be removed, then the source has it exactly once', (_name, { file, find }) => {
  expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2);
});

test('When a control names checks, then the audit has those checks', () => {
  const known = [...checks.map(({ name }) => name), 'acknowledged'];
  for (const { caughtBy = [] } of controls) expect(known).toEqual(expect.arrayContaining([...caughtBy]));
});

test('When a guard can be removed, then a control runs without it', () => {
  const used = new Set(controls.flatMap(({ without }) => without));
  expect([...used].toSorted()).toEqual(Object.keys(guards).toSorted());
  expect(controls.every((control) => editsOf(control).length > 0)).toBe(true);
});
