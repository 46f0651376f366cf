import type { Snapshot } from '../snapshot/snapshot.ts';

/** How long a step may take before it counts as stuck. */
export interface Limits {
  /** From an order's creation until tickets has confirmed or refused its hold. */
  readonly confirmWithinMs: number;
  /** From a hold's deadline until its order is cancelled, or payments is asked whether it may be. */
  readonly endWithinMs: number;
  /** From a hold's deadline until payments has answered. */
  readonly answerWithinMs: number;
  /** From the deadline of a delivery until the ticket has its outcome. */
  readonly decideWithinMs: number;
  /** From the start of a payment attempt until its outcome is stored, if need be by the reconciler. */
  readonly settleWithinMs: number;
  /** From a change until the broker has its event, if need be by the sweep. */
  readonly publishWithinMs: number;
  /** From closing an account until every service has forgotten it; from the end of a session until every service knows it. */
  readonly forgetWithinMs: number;
  /** From a sale until its mails are stored. */
  readonly storeMailWithinMs: number;
  /** From when a mail is due until it is tried. */
  readonly mailWithinMs: number;
  /** From publishing an event until every consumer has handled it. */
  readonly deliverWithinMs: number;
  /** From parking an event until a replica that knows its values handles it. */
  readonly handleParkedWithinMs: number;
}

/** Longer than the repairs need, so what exceeds them was not repaired. */
export const standardLimits: Limits = {
  confirmWithinMs: 30_000,
  endWithinMs: 5_000,
  answerWithinMs: 15_000,
  decideWithinMs: 15_000,
  settleWithinMs: 90_000,
  publishWithinMs: 15_000,
  forgetWithinMs: 60_000,
  storeMailWithinMs: 3 * 60_000,
  mailWithinMs: 60 * 60_000,
  deliverWithinMs: 3 * 60_000,
  handleParkedWithinMs: 10 * 60_000,
};

/** Where all work is said to be finished, and has had its time: whatever still waits is stuck. */
export const finishedLimits: Limits = {
  confirmWithinMs: 0,
  endWithinMs: 0,
  answerWithinMs: 0,
  decideWithinMs: 0,
  settleWithinMs: 0,
  publishWithinMs: 0,
  forgetWithinMs: 0,
  storeMailWithinMs: 0,
  mailWithinMs: 0,
  deliverWithinMs: 0,
  handleParkedWithinMs: 0,
};

/** One violation of a check. Its ids and text stay the same in every snapshot for as long as nothing changes. */
export interface Finding {
  readonly ids: readonly string[];
  readonly text: string;
}

export interface CheckResult {
  /** How many items were checked. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

/** One invariant. Pure: a check reads nothing but the snapshot. */
export interface Check {
  /** Stable, since alerts and tests rely on it. */
  readonly name: string;
  /** The invariant in one sentence. */
  readonly rule: string;
  /** Set where the rule holds only once all events are handled: what a parked event is about is then no violation. */
  readonly isEventual?: true;
  readonly run: (snapshot: Snapshot, limits: Limits) => CheckResult;
}

/** Checks each item by itself. */
export const checkEach = <Item>(items: readonly Item[], findIn: (item: Item) => Finding | undefined): CheckResult => ({
  checked: items.length,
  findings: items.flatMap((item) => findIn(item) ?? []),
});

/** Checks each group of items by itself. */
export const checkGroups = <Item>(
  groups: ReadonlyMap<string, readonly Item[]>,
  findIn: (key: string, items: readonly Item[]) => Finding | undefined,
): CheckResult => checkEach([...groups], ([key, items]) => findIn(key, items));

export const finding = (text: string, ...ids: readonly (string | undefined)[]): Finding => ({
  ids: ids.filter((id) => id !== undefined),
  text,
});

/** Amounts are in minor units of the one currency of all prices. */
export const formatAmount = (amount: number | undefined): string =>
  amount === undefined ? 'nothing' : `${amount} minor units`;

export const formatTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
