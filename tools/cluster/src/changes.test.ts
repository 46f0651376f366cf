import { expect, test } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changes } from './changes.ts';

test.each(changes)('When $title is changed to measure skaffold dev, then its text changes each time', (change) => {
  const before = readFileSync(join(root, change.file), 'utf8');
  const once = change.edit(before, 1);
  const twice = change.edit(once, 2);
  expect(new Set([before, once, twice]).size).toBe(3);
  if ('mark' in change.effect) {
    expect(before).not.toContain(change.effect.mark(1));
    expect(twice).toContain(change.effect.mark(2));
  }
});
