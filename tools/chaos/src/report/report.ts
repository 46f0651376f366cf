import type { Control } from '../build/guards.ts';
import type { ChaosResult } from '../run-chaos.ts';
import { nobody } from '../faults/injector.ts';
import { percentile } from '@ticketing/test/percentile';

/** Shares of the faults may find their victim gone; more, and the run has shown nothing. */
const mayMiss = 0.1;
/** Of a run with as many kills every fault of messages is expected. */
const manyKills = 40;
const messageFaults = [
  'refused',
  'publishedButRefused',
  'publishedTwice',
  'publishedLate',
  'deliveredTwice',
  'acknowledgementLost',
  'deliveredLate',
];

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const tally = (items: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].map(([item, count]) => `${item} ${count}`).join(', ');
};

/** mongod's own start is not ours to shorten. */
const isOurs = ({ victim }: ChaosResult['recoveries'][number]): boolean => !victim.startsWith('mongod');

/** 0 when no order was requested after any kill. */
const recoveryMs = (recoveries: ChaosResult['recoveries'], share: number): number =>
  recoveries.length === 0
    ? 0
    : percentile(
        recoveries.map(({ ms }) => ms),
        share,
      );

const recoveryP95 = (result: ChaosResult): number => recoveryMs(result.recoveries.filter(isOurs), 0.95);

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
    `first order after a kill: p50 ${seconds(recoveryMs(result.recoveries, 0.5))}, p95 ${seconds(recoveryP95(result))} (mongod apart: ${mongod.map(seconds).join(', ')})`,
    `nothing left to do ${quietAfterMs === undefined ? 'NOT within its time' : seconds(quietAfterMs)} after the last fault`,
  ];
};

/** Why a run shows nothing, however well it ended: faults that hit nobody, or a load that was none. */
const emptiness = (result: ChaosResult, asked: { readonly orders: number; readonly kills: number }): string[] => {
  const { injected, disturbed } = result;
  const problems: string[] = [];
  if (result.orders.length < asked.orders) problems.push(`only ${result.orders.length} orders were made`);
  if (result.paid === 0) problems.push('nothing was paid');
  const hits = injected.filter(({ what }) => what !== nobody);
  const kills = hits.filter(({ kind }) => kind === 'kill').length;
  if (kills < asked.kills * (1 - mayMiss)) problems.push(`only ${kills} kills hit a process`);
  for (const kind of new Set(injected.map((fault) => fault.kind)))
    if (!hits.some((fault) => fault.kind === kind)) problems.push(`no fault of kind ${kind} hit anything`);
  if (asked.kills >= manyKills)
    for (const kind of messageFaults) if (!disturbed.has(kind)) problems.push(`no message was ${kind}`);
  return problems;
};

/** What is wrong with a run in which all guards stand. */
export const judgeRun = (
  result: ChaosResult,
  asked: { readonly orders: number; readonly kills: number; readonly recoveryMs: number },
): string[] => [
  ...emptiness(result, asked),
  ...result.violations.map(({ check, text }) => `${check}: ${text}`),
  ...result.lost,
  ...result.surprises,
  ...(result.quietAfterMs === undefined ? ['something was still stuck at the end'] : []),
  ...(recoveryP95(result) > asked.recoveryMs ? [`first order after a kill: p95 ${seconds(recoveryP95(result))}`] : []),
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
  const isRight = named.size === 0 && result.surprises.length === 0 && result.quietAfterMs !== undefined;
  return {
    caught: moved > 0 && isRight,
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
