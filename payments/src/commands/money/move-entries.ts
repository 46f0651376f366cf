import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../../deps.ts';
import type { LedgerEntry } from '../../models/ledger.ts';
import type { PaymentDocument } from '../../models/payment.ts';

const limit = 200;

type Entry = NonNullable<PaymentDocument['entries']>[number];

type Lines = LedgerEntry['lines'];

const textOf = (lines: Lines): string =>
  (lines ?? [])
    .map(({ account, amount }) => `${account} ${amount}`)
    .toSorted((a, b) => a.localeCompare(b))
    .join();

/**
 * Moves the entries that charges have recorded into the ledger. An entry that is there already was moved by a process that
 * died before it could remove it from the charge; one with other lines is a bug, and stays where it is.
 */
export const moveEntries = async (deps: Deps): Promise<void> => {
  const charges = await deps.payments
    .find({ 'entries.at': { $exists: true } }, { projection: { entries: 1, currency: 1 } })
    .sort({ 'entries.at': 1 })
    .limit(limit)
    .toArray();
  for (const { _id: orderId, entries = [], currency = deps.currency.code } of charges) {
    const moved: Pick<Entry, 'id' | 'at'>[] = [];
    for (const entry of entries)
      if (await insert(deps, orderId, currency, entry)) moved.push({ id: entry.id, at: entry.at });
    // With their times: an entry of the same cause that was recorded meanwhile stays.
    if (moved.length > 0) await deps.payments.updateOne({ _id: orderId }, { $pull: { entries: { $or: moved } } });
  }
};

/** Returns whether the ledger has the entry. */
const insert = async (
  deps: Deps,
  orderId: string,
  currency: string,
  { id, at, lines = [] }: Entry,
): Promise<boolean> => {
  try {
    await deps.ledger.insertOne({ _id: id, orderId, at, currency, lines });
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const known = await deps.ledger.findOne({ _id: id });
  if (known !== null && textOf(known.lines) === textOf(lines)) return true;
  deps.metrics.ledgerConflicts.inc();
  deps.logger.error({ orderId, entry: id }, 'the ledger has an entry of the same cause with other lines');
  return false;
};
