import { z } from 'zod';
import type { Account, AccountLink, Transfer, TransferReversal } from './domain/connect-records.ts';
import {
  record,
  type BalanceTransaction,
  type Charge,
  type Dispute,
  type Lookup,
  type PaymentIntent,
  type PaymentMethod,
  type Refund,
  type StripeRecord,
} from './domain/records.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { eventRecord, type EventRecord } from './events.ts';
import { openJournal, type Place } from './journal.ts';
import { createTable, type Table } from './table.ts';

/** How long Stripe stores the response to an idempotency key. */
const responseLifetimeSeconds = 24 * 3600;

/** The first response to a request with an idempotency key. */
const storedResponse = z.object({
  key: z.string(),
  /** Hash of method, path and parameters: the key may not be used for any other request. */
  fingerprint: z.string(),
  status: z.number().int(),
  body: z.string(),
  requestId: z.string(),
  at: z.number().int(),
});

export type StoredResponse = z.infer<typeof storedResponse>;

/** Everything that one request changes: one line of the journal, so it is stored as a whole or not at all. */
const entry = z.object({
  records: z.array(record).default([]),
  /** `record` is a position in `records` where it is the same, so that the line does not contain it twice. */
  events: z.array(eventRecord.extend({ record: z.union([record, z.number().int()]) })).default([]),
  answer: storedResponse.optional(),
  /** Ids of events that need no further delivery. */
  settled: z.array(z.string()).default([]),
});

interface Entry {
  readonly records?: readonly StripeRecord[];
  readonly events?: readonly EventRecord[];
  readonly answer?: StoredResponse | undefined;
  readonly settled?: readonly string[];
}

export interface Store extends Lookup {
  readonly paymentIntents: Table<PaymentIntent>;
  /** Grouped by PaymentIntent. */
  readonly charges: Table<Charge>;
  /** Grouped by PaymentIntent and by charge. */
  readonly refunds: Table<Refund>;
  /** Grouped by charge and by PaymentIntent. */
  readonly disputes: Table<Dispute>;
  /** Grouped by source and by type. */
  readonly balanceTransactions: Table<BalanceTransaction>;
  readonly accounts: Table<Account>;
  /** Grouped by destination, by transfer_group and by source_transaction. */
  readonly transfers: Table<Transfer>;
  /** Grouped by transfer. */
  readonly transferReversals: Table<TransferReversal>;
  /** Ids of charges that are to be disputed and of refunds that are to fail. */
  readonly followUps: ReadonlySet<string>;
  responseTo(key: string): StoredResponse | undefined;
  readonly events: EventLog;
  /** The event with its object as it was, read from the journal. Undefined if the log has dropped it. */
  event(id: string): EventRecord | undefined;
  /** Ids of events whose webhooks are neither delivered nor abandoned, oldest first. */
  readonly pending: ReadonlySet<string>;
  /** Appends to the journal, then applies: once it returns, the change survives a crash of this process. */
  commit(change: Entry): void;
  close(): void;
}

/**
 * Opens the store in `directory`; `publicUrl` returns the sandbox's address in browsers.
 * @throws when its journal cannot be read.
 */
export const openStore = (directory: string, publicUrl: () => string): Store => {
  const paymentIntents = createTable<PaymentIntent>();
  const charges = createTable<Charge>((charge) => [charge.paymentIntent]);
  const refunds = createTable<Refund>((refund) => [refund.paymentIntent, refund.charge]);
  const paymentMethods = createTable<PaymentMethod>();
  const disputes = createTable<Dispute>((dispute) => [dispute.charge, dispute.paymentIntent]);
  const balanceTransactions = createTable<BalanceTransaction>((row) => [row.source, row.type]);
  const accounts = createTable<Account>();
  const accountLinks = createTable<AccountLink>();
  const transfers = createTable<Transfer>((row) =>
    [row.destination, row.transferGroup, row.sourceTransaction].filter((group) => group !== null),
  );
  const transferReversals = createTable<TransferReversal>((row) => [row.transfer]);
  const followUps = new Set<string>();
  const keepFollowUp = (id: string, isDue: boolean) => (isDue ? followUps.add(id) : followUps.delete(id));
  /** Positions of the stored responses in the journal: they are many and rarely read. */
  const responses = new Map<string, { readonly at: number; readonly place: Place }>();
  const events = createEventLog();
  const pending = new Set<string>();

  const put = (row: StripeRecord): void => {
    switch (row.object) {
      case 'payment_intent':
        return paymentIntents.put(row);
      case 'charge':
        keepFollowUp(row.id, row.disputeDue);
        return charges.put(row);
      case 'refund':
        keepFollowUp(row.id, row.failureDue || row.status === 'pending');
        return refunds.put(row);
      case 'payment_method':
        return paymentMethods.put(row);
      case 'dispute':
        return disputes.put(row);
      case 'balance_transaction':
        return balanceTransactions.put(row);
      case 'account':
        return accounts.put(row);
      case 'account_link':
        return accountLinks.put(row);
      case 'transfer':
        return transfers.put(row);
      case 'transfer_reversal':
        return transferReversals.put(row);
    }
  };

  const remember = ({ key, at }: StoredResponse, place: Place): void => {
    responses.set(key, { at, place });
    // Oldest first, as they were inserted.
    for (const [oldKey, old] of responses) {
      if (old.at > at - responseLifetimeSeconds) break;
      responses.delete(oldKey);
    }
  };

  const apply = (change: z.infer<typeof entry> | Entry, place: Place): void => {
    change.records?.forEach(put);
    for (const { id, type, created, isSent } of change.events ?? []) {
      events.add({ id, type, created, place });
      if (isSent) pending.add(id);
    }
    change.settled?.forEach((id) => pending.delete(id));
    if (change.answer !== undefined) remember(change.answer, place);
  };

  const journal = openJournal(directory, (line, place) => apply(entry.parse(line), place));

  return {
    publicUrl,
    paymentIntents,
    charges,
    refunds,
    paymentIntent: (id) => paymentIntents.get(id),
    charge: (id) => charges.get(id),
    refund: (id) => refunds.get(id),
    paymentMethod: (id) => paymentMethods.get(id),
    disputes,
    dispute: (id) => disputes.get(id),
    balanceTransactions,
    balanceTransaction: (id) => balanceTransactions.get(id),
    accounts,
    account: (id) => accounts.get(id),
    accountLink: (id) => accountLinks.get(id),
    transfers,
    transfer: (id) => transfers.get(id),
    transferredFrom: (chargeId) =>
      transfers
        .page({ limit: Infinity, group: chargeId, where: (row) => row.sourceTransaction === chargeId })
        .rows.reduce((sum, row) => sum + row.amount - row.amountReversed, 0),
    transferReversals,
    transferReversal: (id) => transferReversals.get(id),
    followUps,
    responseTo: (key) => {
      const known = responses.get(key);
      return known === undefined ? undefined : entry.parse(journal.read(known.place)).answer;
    },
    events,
    event: (id) => {
      const known = events.get(id);
      if (known === undefined) return undefined;
      const line = entry.parse(journal.read(known.place));
      const found = line.events.find((event) => event.id === id);
      const shown = typeof found?.record === 'number' ? line.records[found.record] : found?.record;
      return found === undefined || shown === undefined ? undefined : { ...found, record: shown };
    },
    pending,
    commit: (change) => {
      const { records = [] } = change;
      const stored = change.events?.map((event) => {
        const at = records.indexOf(event.record);
        return at === -1 ? event : { ...event, record: at };
      });
      apply(change, journal.append({ ...change, events: stored }));
    },
    close: () => journal.close(),
  };
};
