import { expect, test } from '@jest/globals';
import { noVictim, type Injected } from '../faults/injector.ts';
import type { ChaosResult } from '../run-chaos.ts';
import { evaluateControl, problemsOfRun } from './report.ts';

const target = { orders: 1, kills: 1, recoveryMs: 5_000 };
const kill: Injected = { kind: 'kill', what: 'orders-0', isOutage: false, at: 100, until: 100 };
const good: ChaosResult = {
  violations: [],
  lost: [],
  unexpected: [],
  injected: [kill],
  disturbed: new Map(),
  orders: [{ requested: 200, acknowledged: 300 }],
  paid: 1,
  cancelled: 0,
  journeys: new Map(),
  shownAfter: [],
  failures: 0,
  recoveries: [{ victim: 'orders-0', ms: 200 }],
  quietAfterMs: 1_000,
  wasCutShort: false,
  counters: new Map([['repaired_total', 1]]),
  began: 0,
  ended: 1_000,
};
const damage = {
  violations: [{ check: 'one-charge-per-order', ids: [], text: 'two charges' }],
  quietAfterMs: undefined,
};
const control = { name: 'charge', without: [], caughtBy: ['one-charge-per-order', 'sessions'] };
const backedUp = { name: 'claim', without: [], backedUpBy: { guard: 'repair', counter: 'repaired_total' } };

test('When a control shows the damage that it must, or none with its other guard, then it is caught', () => {
  expect(evaluateControl(control, { ...good, ...damage }, target).caught).toBe(true);
  expect(evaluateControl(control, { ...good, lost: [{ check: 'sessions', text: 'accepted' }] }, target).caught).toBe(
    true,
  );
  expect(evaluateControl(backedUp, good, target).caught).toBe(true);
});

test('When a control shows only another damage, then it is not caught', () => {
  const late = { ...good, lost: [{ check: 'late-streams' as const, text: 'half of the streams were late' }] };
  expect(evaluateControl(control, late, target)).toEqual({ caught: false, summary: 'late-streams 1' });
  expect(evaluateControl(control, good, target).caught).toBe(false);
  expect(evaluateControl(backedUp, late, target).caught).toBe(false);
});

test.each<[string, Partial<ChaosResult>]>([
  ['was cut short', { wasCutShort: true }],
  ['has too few orders', { orders: [] }],
  ['paid nothing', { paid: 0 }],
  ['killed nothing', { injected: [{ ...kill, what: 'no victim' }] }],
])('When the run of a control %s, then it is not caught, whatever it shows', (_what, change) => {
  for (const [each, shown] of [
    [control, damage],
    [backedUp, {}],
  ] as const) {
    const { caught, summary } = evaluateControl(each, { ...good, ...shown, ...change }, target);
    expect(caught).toBe(false);
    expect(summary).toMatch(/^void \(/);
  }
});

test('When a run has many kills, then every kind of message fault that was injected must have happened', () => {
  const injected: Injected[] = [
    ...Array.from({ length: 40 }, () => kill),
    { kind: 'bus', what: 'messages', isOutage: false, at: 100, until: 200 },
  ];
  const problems = problemsOfRun({ ...good, injected, disturbed: new Map([['refused', 1]]) }, { ...target, kills: 40 });
  expect(problems).toContain('no message fault deliveredLate happened');
  expect(problems).not.toContain('no message fault refused happened');
  expect(problems).not.toContain('no message fault publishedMuchLater happened');
});

test.each([
  [2, []],
  [3, ['only 7 of 10 faults had an effect']],
])('When %d of ten faults had no effect, then the run is void if that is more than a quarter', (missed, expected) => {
  const injected = Array.from({ length: 10 }, (_, index): Injected => ({
    ...kill,
    ...(index === 0 ? {} : { kind: 'freeze' as const }),
    ...(index > 0 && index <= missed ? { what: noVictim } : {}),
  }));
  expect(problemsOfRun({ ...good, injected }, target)).toEqual(expected);
});
