import { isDuplicateKey } from '@ticketing/common/mongo';
import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '../../deps.ts';
import type { LedgerEntry } from '../../models/ledger.ts';

/** Charges of one pass. */
const limit = 200;

/**
 * Moves the entries that charges have recorded into the ledger. An entry that is there already was moved by a process that
 * died before it could remove it from the charge. One with other lines is a bug: it is kept in `refusedEntries`, for an
 * operator, and the others go on.
 */
export const moveEntries = async (deps: Deps): Promise<void> => {
  const charges = await deps.payments
    .find({ 'entries.at': { $exists: true } }, { projection: { entries: 1, currency: 1 } })
    .sort({ 'entries.at': 1 })
    .limit(limit)
    .toArray();
  const oldest = charges[0]?.entries?.[0]?.at ?? deps.now();
  deps.metrics.oldestEntrySeconds.set((deps.now().getTime() - oldest.getTime()) / 1000);
  if (charges.length === 0) return;
  const entries = charges.flatMap(({ _id: orderId, currency = deps.currency.code, entries: waiting = [] }) =>
    waiting.map(({ id, at, lines = [] }) => ({ _id: id, orderId, at, currency, lines })),
  );
  const refused = await insertAll(deps, entries);
  const updates = charges.map(({ _id: orderId, entries: moved = [] }) => {
    const conflicting = moved.filter(({ id }) => refused.has(id));
    return {
      updateOne: {
        filter: { _id: orderId },
        update: {
          // With their times: an entry of the same cause that was recorded meanwhile stays.
          $pull: { entries: { $or: moved.map(({ id, at }) => ({ id, at })) } },
          ...(conflicting.length === 0 ? {} : { $addToSet: { refusedEntries: { $each: conflicting } } }),
        },
      },
    };
  });
  await deps.payments.bulkWrite(updates, { ordered: false });
};

/** Returns the ids of entries that the ledger has with other lines. */
const insertAll = async (deps: Deps, entries: readonly LedgerEntry[]): Promise<ReadonlySet<string>> => {
  try {
    await deps.ledger.insertMany([...entries], { ordered: false });
    return new Set();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const known = await deps.ledger.find({ _id: { $in: entries.map(({ _id }) => _id) } }).toArray();
  const linesOf = new Map(known.map(({ _id, lines }) => [_id, lines]));
  const missing = entries.filter(({ _id }) => !linesOf.has(_id));
  if (missing.length > 0) throw new Error(`${missing.length} entries could not be inserted into the ledger`);
  const refused = entries.filter(({ _id, lines }) => !isDeepStrictEqual(linesOf.get(_id), lines));
  for (const { _id, orderId } of refused) {
    deps.metrics.ledgerConflicts.inc();
    deps.logger.error({ orderId, entry: _id }, 'the ledger has an entry of the same cause with other lines');
  }
  return new Set(refused.map(({ _id }) => _id));
};
