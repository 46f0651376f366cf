import { z } from 'zod';
import {
  record,
  type Charge,
  type Ledger,
  type PaymentIntent,
  type PaymentMethod,
  type Refund,
  type StripeRecord,
} from './domain/records.ts';
import { eventRecord, type EventRecord } from './events.ts';
import { openJournal, type Place } from './journal.ts';
import { createTable, type Table } from './table.ts';

/** How long Stripe keeps an answer for its idempotency key. */
const answersLiveSeconds = 24 * 3600;

/** The answer to an idempotency key, as it was first given. */
const answer = z.object({
  key: z.string(),
  /** Of method, path and parameters: the same key may not be used for anything else. */
  fingerprint: z.string(),
  status: z.number().int(),
  body: z.string(),
  requestId: z.string(),
  at: z.number().int(),
});

export type Answer = z.infer<typeof answer>;

/** All that one request changes. It becomes one line of the journal, so that it is kept whole or not at all. */
const entry = z.object({
  records: z.array(record).default([]),
  events: z.array(eventRecord).default([]),
  answer: answer.optional(),
  /** Ids of events that need no delivery any more. */
  settled: z.array(z.string()).default([]),
});

interface Entry {
  readonly records?: readonly StripeRecord[];
  readonly events?: readonly EventRecord[];
  readonly answer?: Answer | undefined;
  readonly settled?: readonly string[];
}

export interface Books extends Ledger {
  readonly paymentIntents: Table<PaymentIntent>;
  /** Grouped by PaymentIntent. */
  readonly charges: Table<Charge>;
  /** Grouped by PaymentIntent and by charge. */
  readonly refunds: Table<Refund>;
  answerTo(key: string): Answer | undefined;
  /** Events that are neither delivered nor given up, oldest first. */
  unsettled(): readonly EventRecord[];
  /** Writes down, then applies: when it returns, the change survives the death of this process. */
  commit(change: Entry): void;
  close(): void;
}

/** Opens the books kept in `directory`. @throws where the journal there cannot be read. */
export const openBooks = (directory: string): Books => {
  const paymentIntents = createTable<PaymentIntent>();
  const charges = createTable<Charge>((charge) => [charge.paymentIntent]);
  const refunds = createTable<Refund>((refund) => [refund.paymentIntent, refund.charge]);
  const paymentMethods = createTable<PaymentMethod>();
  /** Where in the journal the answers stand: they are many and seldom asked for. */
  const answers = new Map<string, { readonly at: number; readonly place: Place }>();
  const unsettled = new Map<string, EventRecord>();

  const put = (row: StripeRecord): void => {
    switch (row.object) {
      case 'payment_intent':
        return paymentIntents.put(row);
      case 'charge':
        return charges.put(row);
      case 'refund':
        return refunds.put(row);
      case 'payment_method':
        return paymentMethods.put(row);
    }
  };

  const remember = ({ key, at }: Answer, place: Place): void => {
    answers.set(key, { at, place });
    // Oldest first, as they were inserted.
    for (const [oldKey, old] of answers) {
      if (old.at > at - answersLiveSeconds) break;
      answers.delete(oldKey);
    }
  };

  const apply = (change: Entry, place: Place): void => {
    change.records?.forEach(put);
    change.events?.forEach((event) => unsettled.set(event.id, event));
    change.settled?.forEach((id) => unsettled.delete(id));
    if (change.answer !== undefined) remember(change.answer, place);
  };

  const journal = openJournal(directory, (line, place) => apply(entry.parse(line), place));

  return {
    paymentIntents,
    charges,
    refunds,
    paymentIntent: (id) => paymentIntents.get(id),
    charge: (id) => charges.get(id),
    refund: (id) => refunds.get(id),
    paymentMethod: (id) => paymentMethods.get(id),
    answerTo: (key) => {
      const known = answers.get(key);
      return known === undefined ? undefined : entry.parse(journal.read(known.place)).answer;
    },
    unsettled: () => [...unsettled.values()],
    commit: (change) => {
      apply(change, journal.append(change));
    },
    close: () => journal.close(),
  };
};
