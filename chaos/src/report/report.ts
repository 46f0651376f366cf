import type { Control } from '../build/guards.ts';
import type { ChaosResult } from '../run-chaos.ts';
import { percentile } from './recovery.ts';

const recoveryBoundMs = 5_000;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const tally = (items: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].map(([item, count]) => `${item} ${count}`).join(', ');
};

/** mongod's own start is not ours to shorten. */
const isOurs = ({ victim }: ChaosResult['recoveries'][number]): boolean => !victim.startsWith('mongod');

const recoveryP95 = (result: ChaosResult): number =>
  percentile(
    result.recoveries.filter(isOurs).map(({ ms }) => ms),
    0.95,
  );

/** What a run has shown, for people. */
export const linesOf = (result: ChaosResult): string[] => {
  const { orders, injected, disturbed, journeys, failures, quietAfterMs } = result;
  const took = result.ended - result.began;
  const kills = injected.filter(({ kind }) => kind === 'kill').map(({ what }) => what.replace(/-\d+$/, ''));
  const mongod = result.recoveries.filter((recovery) => !isOurs(recovery)).map(({ ms }) => ms);
  return [
    `${orders.length} orders, ${result.paid} paid, ${result.cancelled} cancelled by their buyers in ${seconds(took)} (${((orders.length / took) * 1000).toFixed(1)} orders a second)`,
    `journeys: ${[...journeys].map(([name, count]) => `${name} ${count}`).join(', ')}`,
    `killed: ${tally(kills)}`,
    `other faults: ${tally(injected.filter(({ kind }) => kind !== 'kill').map(({ kind }) => kind))}`,
    `messages: ${[...disturbed].map(([kind, count]) => `${kind} ${count}`).join(', ')}`,
    `requests that failed and were made again: ${failures}`,
    `first order after a kill: p50 ${seconds(
      percentile(
        result.recoveries.map(({ ms }) => ms),
        0.5,
      ),
    )}, p95 ${seconds(recoveryP95(result))} (mongod apart: ${mongod.map(seconds).join(', ')})`,
    `nothing left to do ${quietAfterMs === undefined ? 'NOT within its time' : seconds(quietAfterMs)} after the last fault`,
  ];
};

/** What is wrong with a run in which all guards stand. */
export const judgeRun = (result: ChaosResult): string[] => [
  ...result.violations.map(({ check, text }) => `${check}: ${text}`),
  ...result.lost,
  ...result.surprises,
  ...(result.quietAfterMs === undefined ? ['something was still stuck at the end'] : []),
  ...(recoveryP95(result) > recoveryBoundMs ? [`first order after a kill: p95 ${seconds(recoveryP95(result))}`] : []),
];

/** Whether the absence of a guard showed, where it should. */
export const judgeControl = (
  control: Control,
  result: ChaosResult,
): { readonly caught: boolean; readonly words: string } => {
  const named = new Map<string, number>();
  for (const { check } of result.violations) named.set(check, (named.get(check) ?? 0) + 1);
  if (result.lost.length > 0) named.set('acknowledged', result.lost.length);
  const found = [...named].map(([check, count]) => `${check} ${count}`).join(', ');
  if (control.caughtBy !== undefined) {
    const caught = control.caughtBy.some((check) => named.has(check));
    return { caught, words: found === '' ? 'no violation' : found };
  }
  const counter = control.backedUpBy?.counter ?? '';
  const moved = result.counters.get(counter) ?? 0;
  return {
    caught: moved > 0,
    words: `${control.backedUpBy?.guard}: ${counter} ${moved}; ${found === '' ? 'no violation' : found}`,
  };
};

export const toJson = (title: string, result: ChaosResult): string =>
  `${JSON.stringify(
    {
      command: title,
      orders: result.orders.length,
      paid: result.paid,
      cancelled: result.cancelled,
      seconds: Math.round((result.ended - result.began) / 100) / 10,
      journeys: Object.fromEntries(result.journeys),
      faults: Object.fromEntries(
        [...new Set(result.injected.map(({ kind }) => kind))].map((kind) => [
          kind,
          result.injected.filter((fault) => fault.kind === kind).length,
        ]),
      ),
      disturbed: Object.fromEntries(result.disturbed),
      failures: result.failures,
      recoveryP95Ms: Math.round(recoveryP95(result)),
      quietAfterMs: result.quietAfterMs === undefined ? null : Math.round(result.quietAfterMs),
      violations: result.violations,
      lost: result.lost,
      surprises: result.surprises,
    },
    null,
    2,
  )}\n`;
