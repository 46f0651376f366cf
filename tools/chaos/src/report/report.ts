import { required } from '@ticketing/launcher/required';
import type { Control } from '../build/controls.ts';
import type { ChaosResult } from '../run-chaos.ts';
import { noVictim } from '../faults/injector.ts';
import { percentile } from '@ticketing/test/percentile';

/** The share of kills that may find no victim; with more, the run is void. */
const maxMissedKills = 0.1;
/** The same of all faults: twice the largest share of the recorded runs, 6 of 48. */
const maxMissedFaults = 0.25;
/** With this many kills, every kind of message fault that was injected must have happened. */
const manyKills = 40;
/** By the kind of fault that causes them. */
const messageFaults = {
  bus: [
    'refused',
    'publishedButRefused',
    'publishedTwice',
    'publishedLate',
    'deliveredTwice',
    'acknowledgementLost',
    'deliveredLate',
  ],
  'late bus': ['publishedMuchLater', 'deliveredMuchLater'],
} as const;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const countEach = (items: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].map(([item, count]) => `${item} ${count}`).join(', ');
};

/** Recovery from kills of mongod is reported separately: its start takes longest. */
const isNotMongod = ({ victim }: ChaosResult['recoveries'][number]): boolean => !victim.startsWith('mongod');

/** 0 when no order was requested after any kill. */
const recoveryMs = (recoveries: ChaosResult['recoveries'], share: number): number =>
  recoveries.length === 0
    ? 0
    : percentile(
        recoveries.map(({ ms }) => ms),
        share,
      );

const recoveryP95 = (result: ChaosResult): number => recoveryMs(result.recoveries.filter(isNotMongod), 0.95);

const streamsLine = (shownAfter: readonly number[]): string =>
  shownAfter.length === 0
    ? 'no end of an order was acknowledged while one was followed'
    : `${shownAfter.length} ends of orders shown, p50 ${seconds(percentile(shownAfter, 0.5))}, p95 ${seconds(percentile(shownAfter, 0.95))} after they were acknowledged`;

/** The results of a run as lines of text. */
export const linesOf = (result: ChaosResult): string[] => {
  const { orders, injected, disturbed, journeys, failures, quietAfterMs } = result;
  const took = result.ended - result.began;
  const kills = injected.filter(({ kind }) => kind === 'kill').map(({ what }) => what.replace(/-\d+$/, ''));
  const mongod = result.recoveries.filter((recovery) => !isNotMongod(recovery)).map(({ ms }) => ms);
  return [
    `${orders.length} orders, ${result.paid} paid, ${result.cancelled} cancelled by their buyers in ${seconds(took)} (${((orders.length / took) * 1000).toFixed(1)} orders a second)`,
    `journeys: ${[...journeys].map(([name, count]) => `${name} ${count}`).join(', ')}`,
    `streams: ${streamsLine(result.shownAfter)}`,
    `killed: ${countEach(kills)}`,
    `other faults: ${countEach(injected.filter(({ kind }) => kind !== 'kill').map(({ kind }) => kind))}`,
    `messages: ${Object.values(messageFaults)
      .flat()
      .map((kind) => `${kind} ${disturbed.get(kind) ?? 0}`)
      .join(', ')}`,
    `failed requests, all retried: ${failures}`,
    `first order after a kill: p50 ${seconds(recoveryMs(result.recoveries, 0.5))}, p95 ${seconds(recoveryP95(result))} (mongod apart: ${mongod.map(seconds).join(', ')})`,
    `nothing left to do ${quietAfterMs === undefined ? 'NOT within its time' : seconds(quietAfterMs)} after the last fault`,
  ];
};

interface Target {
  readonly orders: number;
  readonly kills: number;
}

/** Why a run proves nothing: it was cut short, faults had no victim, or there was too little load. */
const reasonsForVoid = (result: ChaosResult, target: Target): string[] => {
  const { injected, disturbed } = result;
  const problems = injected.flatMap(({ kind, problem }) => (problem === undefined ? [] : [`${kind}: ${problem}`]));
  if (result.wasCutShort) problems.push('the run was interrupted, or took too long');
  if (result.orders.length < target.orders) problems.push(`only ${result.orders.length} orders were acknowledged`);
  if (result.paid === 0) problems.push('nothing was paid');
  const hits = injected.filter(({ what }) => what !== noVictim);
  const kills = hits.filter(({ kind }) => kind === 'kill').length;
  if (kills < target.kills * (1 - maxMissedKills)) problems.push(`only ${kills} kills hit a process`);
  if (hits.length < injected.length * (1 - maxMissedFaults))
    problems.push(`only ${hits.length} of ${injected.length} faults had an effect`);
  for (const kind of new Set(injected.map((fault) => fault.kind)))
    if (!hits.some((fault) => fault.kind === kind)) problems.push(`no fault of kind ${kind} found a victim`);
  if (target.kills < manyKills) return problems;
  const expected = hits.flatMap(({ kind }) => (kind === 'bus' || kind === 'late bus' ? messageFaults[kind] : []));
  for (const kind of new Set(expected)) if (!disturbed.has(kind)) problems.push(`no message fault ${kind} happened`);
  return problems;
};

/** Returns what is wrong with a run that has all guards. */
export const problemsOfRun = (result: ChaosResult, target: Target & { readonly recoveryMs: number }): string[] => [
  ...reasonsForVoid(result, target),
  ...[...result.violations, ...result.lost].map(({ check, text }) => `${check}: ${text}`),
  ...result.unexpected,
  ...(result.quietAfterMs === undefined
    ? ['some orders had not ended, or the audit had violations, when the time was over']
    : []),
  ...(recoveryP95(result) > target.recoveryMs ? [`first order after a kill: p95 ${seconds(recoveryP95(result))}`] : []),
];

/** Returns whether a run without guards showed the expected damage. One that proves nothing did not, whatever it has found. */
export const evaluateControl = (
  control: Control,
  result: ChaosResult,
  target: Target,
): { readonly caught: boolean; readonly summary: string } => {
  const failed = [...result.violations, ...result.lost].map(({ check }) => check);
  const found = failed.length === 0 ? 'no violation' : countEach(failed);
  const reasons = reasonsForVoid(result, target);
  if (reasons.length > 0) return { caught: false, summary: `void (${reasons.join('; ')}); ${found}` };
  if (control.caughtBy !== undefined)
    return { caught: control.caughtBy.some((check) => failed.includes(check)), summary: found };
  const { guard, counter } = required(control.backedUpBy, `backedUpBy of ${control.name}`);
  const count = result.counters.get(counter) ?? 0;
  const isRight = failed.length === 0 && result.unexpected.length === 0 && result.quietAfterMs !== undefined;
  return {
    caught: count > 0 && isRight,
    summary: `${guard}: ${counter} ${count}; ${found}`,
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
      injected: result.injected.map(({ kind, what, at, until }) => [
        kind,
        what,
        seconds(at - result.began),
        seconds(until - at),
      ]),
      disturbed: Object.fromEntries(result.disturbed),
      failures: result.failures,
      recoveryP95Ms: Math.round(recoveryP95(result)),
      quietAfterMs: result.quietAfterMs === undefined ? null : Math.round(result.quietAfterMs),
      violations: result.violations,
      lost: result.lost,
      unexpected: result.unexpected,
    },
    null,
    2,
  )}\n`;
