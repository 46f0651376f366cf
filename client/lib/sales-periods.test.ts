import { expect, test } from '@jest/globals';
import { allPeriods, axisEnd, periodLabel, type Period } from './sales-periods.ts';

const now = new Date('2026-03-01T23:59:59.999Z');
const of = (...froms: string[]): Period[] => froms.map((from) => ({ from, sales: 1, proceeds: 17.99 }));
const froms = (unit: string, ...sold: string[]): string[] =>
  allPeriods({ unit, periods: of(...sold) }, now).map(({ from }) => from);

test('When a seller has one sale today, then a week of days ends with it, and the others have no sales', () => {
  const all = allPeriods({ unit: 'day', periods: of('2026-03-01') }, now);
  expect(all.map(({ from }) => from)).toEqual([
    '2026-02-23',
    '2026-02-24',
    '2026-02-25',
    '2026-02-26',
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
  ]);
  expect(all.map(({ sales, proceeds }) => [sales, proceeds])).toEqual([
    ...Array.from({ length: 6 }, () => [0, 0]),
    [1, 17.99],
  ]);
});

test('When there are no sales, then there are no periods', () => {
  expect(froms('day')).toEqual([]);
});

test.each([
  ['week', ['2026-02-02'], ['2026-02-02', '2026-02-09', '2026-02-16', '2026-02-23']],
  ['month', ['2025-11-01', '2026-03-01'], ['2025-11-01', '2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01']],
  ['year', ['2023-01-01'], ['2023-01-01', '2024-01-01', '2025-01-01', '2026-01-01']],
  // The clock of payments is ahead.
  ['month', ['2026-02-01', '2026-04-01'], ['2026-02-01', '2026-03-01', '2026-04-01']],
  ['fortnight', ['2026-01-05', '2026-02-16'], ['2026-01-05', '2026-02-16']],
])('When the unit is a %s and there are sales in %j, then the periods are %j', (unit, sold, expected) => {
  expect(froms(unit, ...sold)).toEqual(expected);
});

test.each([
  ['day', 'Mon, Feb 2, 2026'],
  ['week', 'Week of Feb 2, 2026'],
  ['month', 'February 2026'],
  ['year', '2026'],
  ['fortnight', 'Feb 2, 2026'],
])('When the unit is a %s, then the period is called %s', (unit, label) => {
  expect(periodLabel(unit, '2026-02-02')).toBe(label);
});

test.each([
  [0, 1],
  [17.99, 20],
  [20, 20],
  [20.01, 50],
  [999_999_999, 1_000_000_000],
  [0.003, 0.005],
  [0.5, 0.5],
  [6, 10],
])('When the highest bar is %d, then the axis ends at %d', (value, end) => {
  expect(axisEnd(value)).toBe(end);
});
