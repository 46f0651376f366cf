import { expect, test } from '@jest/globals';
import { compare, comparisonLine } from './compare.ts';
import { atLeast, atMost } from './figure.ts';

test.each([
  ['costs less', atMost('cost', 20, 24, '×'), 40, 'better', 0.5],
  ['costs more', atMost('cost', 50, 24, '×'), 40, 'worse', 1.25],
  ['is faster', atLeast('rate', 50, 24, '/s'), 40, 'better', 1.25],
  ['is slower', atLeast('rate', 20, 24, '/s'), 40, 'worse', 0.5],
  ['differs by as much as runs of one commit do', atMost('cost', 41, 24, '×'), 40, 'same', 1.025],
  ['is nothing, as before', atMost('shifts', 0, 0.05, ''), 0, 'same', 1],
] as const)('When a figure %s, then the comparison says so', (_what, figure, before, verdict, ratio) => {
  expect(compare([figure], [{ ...figure, value: before }])).toEqual([
    { name: figure.name, unit: figure.unit, before, now: figure.value, ratio, verdict },
  ]);
});

test('When only one of the runs has a figure, then it is new or gone', () => {
  const [cost, rate] = [atMost('cost', 20, 24, '×'), atLeast('rate', 20, 24, '/s')];
  const compared = compare([cost], [rate]);
  expect(compared.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['cost', 'new'],
    ['rate', 'gone'],
  ]);
  expect(compared.map(comparisonLine)).toEqual([
    'new             cost: – → 20.00 ×',
    'gone            rate: 20.00 → – /s',
  ]);
});

test('When a comparison is printed, then it has both values and their ratio', () => {
  const line = comparisonLine({ name: 'cost', unit: '×', before: 40, now: 20, ratio: 0.5, verdict: 'better' });
  expect(line).toBe('better × 0.50   cost: 40.00 → 20.00 ×');
});
