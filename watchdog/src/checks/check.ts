import type { Reading } from '../books/reading.ts';

/** How long things may take before they count as stuck. */
export interface Limits {
  /** From an order's creation until tickets has confirmed or refused its hold. */
  readonly confirmWithinMs: number;
  /** From a hold's deadline until its order is over. */
  readonly endWithinMs: number;
  /** From an attempt to pay until its outcome is written, by a reconciler if need be. */
  readonly settleWithinMs: number;
  /** From a change until the broker has its event, by the sweep if need be. */
  readonly publishWithinMs: number;
}

/** Beyond what the mechanisms that repair take: these tell of what they do not mend. */
export const standardLimits: Limits = {
  confirmWithinMs: 30_000,
  endWithinMs: 15_000,
  settleWithinMs: 90_000,
  publishWithinMs: 15_000,
};

/** Something that must not be. Ids and text are the same in every reading while it is as it is. */
export interface Found {
  readonly ids: readonly string[];
  readonly text: string;
}

export interface Finding {
  readonly lookedAt: number;
  readonly found: readonly Found[];
}

/** One invariant, compared with one reading of the books. Pure: it reads nothing itself. */
export interface Check {
  /** Stable: alarms and tests rely on it. */
  readonly name: string;
  /** What holds, in a sentence. */
  readonly says: string;
  readonly compare: (reading: Reading, limits: Limits) => Finding;
}

/** Looks at each item by itself: `problem` answers what is wrong with it, or nothing. */
export const each = <Item>(items: readonly Item[], problem: (item: Item) => Found | undefined): Finding => ({
  lookedAt: items.length,
  found: items.flatMap((item) => problem(item) ?? []),
});

export const found = (text: string, ...ids: readonly (string | undefined)[]): Found => ({
  ids: ids.filter((id) => id !== undefined),
  text,
});

/** Cents as people write them. */
export const money = (cents: number | undefined): string =>
  cents === undefined ? 'nothing' : (cents / 100).toFixed(2);

export const moment = (milliseconds: number): string => new Date(milliseconds).toISOString();
