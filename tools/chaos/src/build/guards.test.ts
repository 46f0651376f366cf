import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from '@ticketing/watchdog/checks';
import { promises } from '../load/ledger.ts';
import { controls, editsOf, mailControls } from './controls.ts';
import { guards, type SourceEdit } from './guards.ts';
import { nextVersion } from './next-version.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

const occurrences = ({ file, find }: SourceEdit): number =>
  readFileSync(join(root, file), 'utf8').split(find).length - 1;

test.each(
  Object.entries(guards).flatMap(([name, { edits }]) => edits.map((edit): [string, SourceEdit] => [name, edit])),
)('When the guard %s is to be removed, then the source has it exactly once', (_name, edit) => {
  expect(occurrences(edit)).toBe(1);
});

test.each(nextVersion.map((edit): [string, SourceEdit] => [edit.file, edit]))(
  'When the next version changes %s, then the source has what it replaces exactly once',
  (_file, edit) => {
    expect(occurrences(edit)).toBe(1);
  },
);

test('When a control names checks, then the audit has those checks', () => {
  const known = [...checks.map(({ name }) => name), ...promises];
  for (const { caughtBy = [] } of controls) expect(known).toEqual(expect.arrayContaining([...caughtBy]));
});

test('When a guard can be removed, then a control runs without it', () => {
  const all = [...controls, ...mailControls];
  const used = new Set(all.flatMap(({ without }) => without));
  expect([...used].toSorted()).toEqual(Object.keys(guards).toSorted());
  expect(all.every((control) => editsOf(control).length > 0)).toBe(true);
});
