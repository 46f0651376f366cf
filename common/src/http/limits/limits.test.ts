import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { readmeTable } from '../../testing/documentation.ts';
import { limits, type Limit, type Rate } from './limits.ts';

const periods = new Map([
  [60, 'a minute'],
  [3600, 'an hour'],
]);
const number = new Intl.NumberFormat('en');

const shown = (rate: Rate | undefined): string =>
  rate === undefined ? '–' : `${number.format(rate.limit)} ${periods.get(rate.seconds)}`;

test('When a limit changes, then docs/bounds.md changes with it', async () => {
  const bounds = await readFile(new URL('../../../../docs/bounds.md', import.meta.url), 'utf8');
  const documented = readmeTable(bounds, 'Rate limits').map((cells) => cells.slice(0, 5));
  const all: [string, Limit][] = Object.entries(limits);
  expect(documented).toEqual(
    all.map(([name, { address, account, outcome, target }]) => [
      name,
      shown(address),
      shown(account),
      outcome === undefined ? '–' : `${shown(outcome)} that ${outcome.counts === 'success' ? 'succeeded' : 'failed'}`,
      target === undefined ? '–' : `${shown(target)} that succeeded`,
    ]),
  );
});
