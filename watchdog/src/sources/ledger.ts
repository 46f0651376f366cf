import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing } from './find-all.ts';

interface Line {
  readonly account: string;
  /** Minor units; debits are positive. */
  readonly amount: number;
}

/** One movement of money in payments' ledger. */
export interface LedgerRecord {
  /** What caused it: the id of the entry. */
  readonly cause: string;
  readonly orderId: string;
  readonly at: number;
  readonly lines: readonly Line[];
}

interface StoredEntry {
  readonly _id: string;
  readonly orderId?: string;
  readonly at?: Date;
  readonly lines?: readonly Line[];
}

interface StoredPayment {
  readonly _id: string;
  readonly entries?: readonly { readonly id: string; readonly at?: Date; readonly lines?: readonly Line[] }[];
}

const readLedger = (databases: Databases, filter: Filter<StoredEntry> = {}): Promise<LedgerRecord[]> =>
  findAll(
    collectionOf<StoredEntry>(databases, 'payments', 'ledger'),
    { filter, fields: ['orderId', 'at', 'lines.account', 'lines.amount'] },
    ({ _id, orderId, at, lines }) => ({
      cause: _id,
      orderId: orderId ?? missing.text,
      at: at?.getTime() ?? missing.time,
      lines: lines ?? [],
    }),
  );

/** The entries that charges have recorded and the ledger does not have yet. */
const readWaitingEntries = async (databases: Databases): Promise<LedgerRecord[]> => {
  const waiting = await findAll(
    collectionOf<StoredPayment>(databases, 'payments', 'payments'),
    { filter: { 'entries.at': { $exists: true } }, fields: ['entries.id', 'entries.at', 'entries.lines'] },
    ({ _id: orderId, entries = [] }) =>
      entries.map(({ id, at, lines = [] }) => ({
        cause: id,
        orderId,
        at: at?.getTime() ?? missing.time,
        lines,
      })),
  );
  return waiting.flat();
};

/**
 * The entries of the ledger, and those that charges have recorded and that are not in it yet.
 * @throws UnreadableError
 */
export const readLedgerWithWaiting = async (
  databases: Databases,
  filter: Filter<StoredEntry> = {},
): Promise<readonly LedgerRecord[]> => {
  // First what waits: it may be in the ledger a moment later.
  const waiting = await readWaitingEntries(databases);
  const stored = await readLedger(databases, filter);
  const known = new Set(stored.map(({ cause }) => cause));
  return [...stored, ...waiting.filter(({ cause }) => !known.has(cause))];
};
