import { setTimeout as delay } from 'node:timers/promises';
import { readSnapshot } from '../snapshot/read-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Sources } from '../sources/open-sources.ts';
import { checks } from './all-checks.ts';
import { standardLimits, type Finding, type Limits } from './check.ts';

export interface Violation {
  /** Name of the check. */
  readonly check: string;
  readonly ids: readonly string[];
  readonly text: string;
}

export interface Count {
  /** Name of the check. */
  readonly check: string;
  /** How many items were checked. */
  readonly checked: number;
  readonly violations: number;
}

export interface AuditResult {
  readonly violations: readonly Violation[];
  /** One for each check, in their order. */
  readonly counts: readonly Count[];
  /** How many snapshots were read. */
  readonly snapshots: number;
}

export interface AuditOptions {
  /** Between the two snapshots that must agree; 10 s by default. */
  readonly settleMs?: number;
  readonly limits?: Partial<Limits>;
  /** Called before the second snapshot. */
  readonly onSuspicions?: (suspicions: readonly Violation[]) => void;
  readonly signal?: AbortSignal;
}

/** Runs every check on one snapshot. What it finds may be due to events that are still in flight. */
export const runChecks = (snapshot: Snapshot, limits: Limits) => {
  const waited = snapshot.parked.filter(({ at }) => snapshot.at - at <= limits.handleParkedWithinMs);
  const waitedFor = new Set(waited.flatMap(({ about }) => about));
  const results = checks.map((check) => {
    const { checked, findings } = check.run(snapshot, limits);
    const isDue = ({ ids }: Finding) => check.isEventual !== true || !ids.some((id) => waitedFor.has(id));
    return { check: check.name, checked, findings: findings.filter(isDue) };
  });
  return {
    suspicions: results.flatMap(({ check, findings }) => findings.map(({ ids, text }) => ({ check, ids, text }))),
    /** The counts, given which of the suspicions are violations. */
    countsWith: (violations: readonly Violation[]): Count[] =>
      results.map(({ check, checked }) => ({
        check,
        checked,
        violations: violations.filter((violation) => violation.check === check).length,
      })),
  };
};

const keyOf = ({ check, ids, text }: Violation): string => JSON.stringify([check, ids, text]);

/** The suspicions that a later snapshot repeats word for word: nothing has changed, so no event was in flight. */
export const confirm = (earlier: readonly Violation[], later: readonly Violation[]): Violation[] => {
  const known = new Set(earlier.map(keyOf));
  return later.filter((violation) => known.has(keyOf(violation)));
};

/**
 * Checks a product, which may be running. Snapshots of live databases are never consistent, so a violation counts only if
 * a second snapshot shows it unchanged. A first snapshot without any needs no second.
 * @throws UnreadableError when a source cannot be read.
 */
export const auditProduct = async (sources: Sources, options: AuditOptions = {}): Promise<AuditResult> => {
  const limits = { ...standardLimits, ...options.limits };
  const first = runChecks(await readSnapshot(sources), limits);
  if (first.suspicions.length === 0) return { violations: [], counts: first.countsWith([]), snapshots: 1 };
  options.onSuspicions?.(first.suspicions);
  await delay(options.settleMs ?? 10_000, undefined, options.signal === undefined ? {} : { signal: options.signal });
  const second = runChecks(await readSnapshot(sources), limits);
  const violations = confirm(first.suspicions, second.suspicions);
  return { violations, counts: second.countsWith(violations), snapshots: 2 };
};
