import { expect, test } from '@jest/globals';
import type { Injected } from '../faults/injector.ts';
import { recoveries } from './recovery.ts';

const kill: Injected = { kind: 'kill', what: 'orders-0', isOutage: false, at: 1_000, until: 1_000 };
const outage = (at: number, until: number): Injected => ({
  kind: 'database',
  what: 'orders',
  isOutage: true,
  at,
  until,
});
const acknowledgedAt = (acknowledged: number) => [{ requested: 1_500, acknowledged }];

test.each([
  ['no outage', [], 9_000],
  ['an outage before the kill', [outage(100, 900)], 9_000],
  ['an outage after the order', [outage(11_000, 12_000)], 9_000],
  ['another fault after the kill', [{ ...outage(3_000, 5_000), isOutage: false }], 9_000],
  ['an outage between the two', [outage(3_000, 5_000)], 7_000],
  ['an outage at the order', [outage(8_000, 12_000)], 7_000],
  ['outages at the same time', [outage(3_000, 5_000), outage(2_000, 8_000), outage(4_000, 6_000)], 3_000],
])('When there is %s, then the time from the kill to the next order is counted without it', (_name, outages, ms) => {
  expect(recoveries([kill, ...outages], acknowledgedAt(10_000))).toEqual([{ victim: 'orders-0', ms }]);
});

test('When a process was killed during an outage, then the time to the next order is not its', () => {
  expect(recoveries([kill, outage(500, 4_000)], acknowledgedAt(10_000))).toEqual([]);
});

test('When an order was requested before the kill, then it is not the next one', () => {
  expect(recoveries([kill], [{ requested: 900, acknowledged: 2_000 }])).toEqual([]);
});
