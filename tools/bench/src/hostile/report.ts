import { formatTable } from '@ticketing/audit/format-table';
import { percentile } from '@ticketing/test/percentile';
import type { Achieved } from './hostile-account.ts';
import type { Measured } from '../load.ts';
import type { Observed } from './observe.ts';

/** One step of the users, in milliseconds. */
export interface Row {
  readonly step: string;
  /** Responses without the account, and with it. */
  readonly counts: readonly [number, number];
  readonly p50: readonly [number, number];
  readonly p95: readonly [number, number];
  readonly ratio: number;
}

const rowOf = (step: string, quiet: readonly number[], attacked: readonly number[]): Row => {
  const p95 = [percentile(quiet, 0.95), percentile(attacked, 0.95)] as const;
  return {
    step,
    counts: [quiet.length, attacked.length],
    p50: [percentile(quiet, 0.5), percentile(attacked, 0.5)],
    p95,
    ratio: p95[1] / p95[0],
  };
};

const timesOf = (phases: readonly Measured[], step: string): number[] =>
  phases.flatMap(({ times }) => times.get(step) ?? []);

/** Compares what the users measured without the account and with it, all requests first. */
export const compare = (quiet: readonly Measured[], attacked: readonly Measured[]): Row[] => {
  const steps = [...new Set(attacked.flatMap(({ times }) => [...times.keys()]))];
  const all = (phases: readonly Measured[]) => steps.flatMap((step) => timesOf(phases, step));
  return [
    rowOf('all requests', all(quiet), all(attacked)),
    ...steps.map((step) => rowOf(step, timesOf(quiet, step), timesOf(attacked, step))),
  ];
};

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

export const tableOfUsers = (rows: readonly Row[]): string =>
  formatTable(
    ['step of the users', 'responses without', 'with', 'p50 without', 'with', 'p95 without', 'with', 'ratio'],
    rows.map(({ step, counts, p50, p95, ratio }) => [
      step,
      ...counts,
      ...p50.map(ms),
      ...p95.map(ms),
      ratio.toFixed(2),
    ]),
  );

export const tableOfAccount = ({ responses }: Achieved, seconds: number): string =>
  formatTable(
    ['route of the account', 'a second', '2xx', '4xx', '429', '5xx or none'],
    responses.map(({ route, statuses }) => {
      const count = (is: (status: number) => boolean): number =>
        Object.entries(statuses).reduce((sum, [status, times]) => (is(Number(status)) ? sum + times : sum), 0);
      return [
        route,
        (count(() => true) / seconds).toFixed(1),
        count((status) => status >= 200 && status < 300),
        count((status) => status >= 400 && status < 500 && status !== 429),
        count((status) => status === 429),
        count((status) => status === 0 || status >= 500),
      ];
    }),
  );

export const tableOfEvents = ({ events }: Achieved): string =>
  formatTable(
    ['events that name the account', 'count', 'bytes', 'largest'],
    events.map(({ subject, count, bytes, largest }) => [subject, count, bytes, largest]),
  );

const most = (phases: readonly Observed[], valueOf: (observed: Observed) => number | undefined): number =>
  Math.max(0, ...phases.map((observed) => valueOf(observed) ?? 0));
const mean = (phases: readonly Observed[], valueOf: (observed: Observed) => number | undefined): number =>
  phases.reduce((sum, observed) => sum + (valueOf(observed) ?? 0), 0) / phases.length;

/** The most memory of a process in any phase, in MB. */
export const mostMemory = (phases: readonly Observed[], name: string): number =>
  most(phases, ({ memory }) => memory.get(name));

export const tableOfProcesses = (quiet: readonly Observed[], attacked: readonly Observed[]): string => {
  const names = [...new Set(attacked.flatMap(({ memory }) => [...memory.keys()]))].toSorted();
  const both = [quiet, attacked];
  return formatTable(
    ['process', 'most MB without', 'with', 'CPU ms a second without', 'with'],
    names.map((name) => [
      name,
      ...both.map((phases) => Math.round(mostMemory(phases, name))),
      ...both.map((phases) => Math.round(mean(phases, ({ cpu }) => cpu.get(name)))),
    ]),
  );
};

/** MB of the stream of events at the end of each phase with the account. */
export const lineOfStream = (attacked: readonly Observed[]): string =>
  `MB of the stream over time: ${attacked.map(({ stream }) => stream.toFixed(2)).join(', ')}`;
