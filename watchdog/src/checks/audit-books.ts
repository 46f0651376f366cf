import { setTimeout as delay } from 'node:timers/promises';
import type { Books } from '../books/open-books.ts';
import { readBooks } from '../books/read-books.ts';
import type { Reading } from '../books/reading.ts';
import { checks } from './all-checks.ts';
import { standardLimits, type Limits } from './check.ts';

export interface Violation {
  /** Name of the check. */
  readonly check: string;
  readonly ids: readonly string[];
  readonly text: string;
}

export interface Count {
  readonly check: string;
  readonly says: string;
  readonly lookedAt: number;
  readonly violations: number;
}

export interface AuditResult {
  readonly violations: readonly Violation[];
  /** One for each check, in their order. */
  readonly counts: readonly Count[];
  /** How often the books were read. */
  readonly readings: number;
}

export interface AuditOptions {
  /** Between the two readings that must agree; 10 s unless told. */
  readonly settleMs?: number;
  readonly limits?: Partial<Limits>;
  /** Called when something was found and is looked at again. */
  readonly onSuspicion?: (suspicions: readonly Violation[]) => void;
  readonly signal?: AbortSignal;
}

interface Findings {
  readonly violations: readonly Violation[];
  readonly lookedAt: ReadonlyMap<string, number>;
}

/** What one reading shows; part of it may only be on its way. */
export const compareAll = (reading: Reading, limits: Limits): Findings => {
  const lookedAt = new Map<string, number>();
  const violations = checks.flatMap((check) => {
    const finding = check.compare(reading, limits);
    lookedAt.set(check.name, finding.lookedAt);
    return finding.found.map(({ ids, text }) => ({ check: check.name, ids, text }));
  });
  return { violations, lookedAt };
};

const keyOf = ({ check, ids, text }: Violation): string => JSON.stringify([check, ids, text]);

/** What both readings show in the same words: it has stayed as it is. */
export const inBoth = (first: readonly Violation[], second: readonly Violation[]): Violation[] => {
  const before = new Set(first.map(keyOf));
  return second.filter((violation) => before.has(keyOf(violation)));
};

const toResult = (findings: Findings, violations: readonly Violation[], readings: number): AuditResult => ({
  violations,
  readings,
  counts: checks.map(({ name, says }) => ({
    check: name,
    says,
    lookedAt: findings.lookedAt.get(name) ?? 0,
    violations: violations.filter(({ check }) => check === name).length,
  })),
});

/**
 * Checks the books of a product, which may be at work meanwhile. Live databases have no moment in common: so what looks
 * wrong counts only if a second reading shows it unchanged. A first reading without any needs no second.
 * @throws UnreadableError when a part of the books can't be read.
 */
export const auditBooks = async (books: Books, options: AuditOptions = {}): Promise<AuditResult> => {
  const limits = { ...standardLimits, ...options.limits };
  const first = compareAll(await readBooks(books), limits);
  if (first.violations.length === 0) return toResult(first, [], 1);
  options.onSuspicion?.(first.violations);
  await delay(options.settleMs ?? 10_000, undefined, options.signal === undefined ? {} : { signal: options.signal });
  const second = compareAll(await readBooks(books), limits);
  return toResult(second, inBoth(first.violations, second.violations), 2);
};
