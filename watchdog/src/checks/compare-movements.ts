import type { LedgerRecord } from '../sources/ledger.ts';
import type { Movement } from '../sources/stripe-movements.ts';

/** A movement that Stripe and the ledger do not have alike; amounts in minor units, undefined where it is missing. */
export interface Difference {
  readonly cause: string;
  readonly atStripe: number | undefined;
  readonly inLedger: number | undefined;
}

/** What an entry adds to the balance at Stripe; undefined when it is no movement there. */
export const amountAtStripe = ({ lines }: LedgerRecord): number | undefined => {
  const found = lines.filter(({ account }) => account === 'stripe');
  return found.length === 0 ? undefined : found.reduce((sum, { amount }) => sum + amount, 0);
};

/** The movement at Stripe that an entry belongs to: all of a dispute's are compared as one. */
export const causeAtStripe = ({ cause }: LedgerRecord): string => /^dispute:[^:]+/.exec(cause)?.[0] ?? cause;

/** Compares both ways: what one of them lacks, or has with another amount. */
export const compareMovements = (
  movements: readonly Movement[],
  entries: readonly LedgerRecord[],
): readonly Difference[] => {
  const atStripe = new Map<string, number>();
  for (const { cause, amount } of movements) atStripe.set(cause, (atStripe.get(cause) ?? 0) + amount);
  const inLedger = new Map<string, number>();
  for (const entry of entries) {
    const amount = amountAtStripe(entry);
    if (amount === undefined) continue;
    const cause = causeAtStripe(entry);
    inLedger.set(cause, (inLedger.get(cause) ?? 0) + amount);
  }
  return [...new Set([...atStripe.keys(), ...inLedger.keys()])]
    .toSorted()
    .filter((cause) => atStripe.get(cause) !== inLedger.get(cause))
    .map((cause) => ({ cause, atStripe: atStripe.get(cause), inLedger: inLedger.get(cause) }));
};
