import { amountAtStripe, causeAtStripe, compareMovements } from '@ticketing/watchdog/checks';
import { readLedgerWithWaiting, type Sources } from '@ticketing/watchdog/sources';
import { UsageError } from './usage-error.ts';

const usage = `npm run reconcile -- --day YYYY-MM-DD
  compares a day (UTC) in the ledger with that day at Stripe`;

const dayMs = 24 * 60 * 60_000;
/** A movement is written into the ledger after it was made at Stripe, at most so much later. */
const lateMs = 3 * dayMs;

/** @throws UsageError */
const readDay = (args: readonly string[]): number => {
  const [flag, day, ...more] = args;
  if (flag !== '--day' || day === undefined || more.length > 0) throw new UsageError('One day is needed', usage);
  const start = Date.parse(`${day}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || new Date(start).toISOString().slice(0, 10) !== day)
    throw new UsageError(`${day} is no day`, usage);
  return start;
};

const show = (amount: number | undefined): string => (amount === undefined ? 'nothing' : `${amount} minor units`);

/**
 * Compares what the ledger and Stripe have of a day, both ways, and prints each difference. Returns the exit code: 1 when
 * there are differences.
 * @throws UsageError, UnreadableError
 */
export const runReconcileCommand = async (command: {
  readonly sources: Sources;
  readonly args: readonly string[];
  readonly print: (line: string) => void;
}): Promise<number> => {
  const { sources, args, print } = command;
  const start = readDay(args);
  const isOfDay = (milliseconds: number) => milliseconds >= start && milliseconds < start + dayMs;
  // What happened in the night before or after, by Stripe's clock or ours, has its counterpart in the neighbouring days.
  const around = { gte: (start - lateMs) / 1000, lt: (start + dayMs + lateMs) / 1000 };
  const entries = await readLedgerWithWaiting(sources.databases, {
    at: { $gte: new Date(start - lateMs), $lt: new Date(start + dayMs + lateMs) },
  });
  const movements = await sources.stripe.movements(around);
  const ofDay = new Set([
    ...movements.filter(({ created }) => isOfDay(created * 1000)).map(({ cause }) => cause),
    ...entries.filter(({ at }) => isOfDay(at)).map(causeAtStripe),
  ]);
  const differences = compareMovements(movements, entries).filter(({ cause }) => ofDay.has(cause));
  const count = (causes: readonly string[]) => causes.filter((cause) => ofDay.has(cause)).length;
  const moved = entries.filter((entry) => amountAtStripe(entry) !== undefined);
  print(
    `${count(movements.map(({ cause }) => cause))} movements at Stripe, ${count(moved.map(causeAtStripe))} in the ledger`,
  );
  for (const { cause, atStripe, inLedger } of differences)
    print(`✗ ${cause}: Stripe has ${show(atStripe)}, the ledger has ${show(inLedger)}`);
  print(differences.length === 0 ? 'They agree.' : `${differences.length} differences.`);
  return differences.length === 0 ? 0 : 1;
};
