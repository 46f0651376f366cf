import type { Collection } from 'mongodb';
import { defineCollection } from '../../mongo/index.ts';

/** An event that its listener could not handle, stored in the listener's database until an operator replays or discards it. */
export interface DeadLetter {
  /** Durable consumer and message key: a message that fails again updates the same document. */
  readonly _id: string;
  readonly durable: string;
  readonly subject: string;
  readonly key: string;
  /** As it was on the bus. */
  readonly body: string;
  readonly reason: string;
  readonly failures: number;
  readonly at: Date;
  /** `replaying`: its service handles it again within seconds. */
  readonly status: 'waiting' | 'replaying';
  /** Not replayed before this time: another replica is handling it, or its listener asked for a delay. */
  readonly notBefore?: Date;
}

/** The result of a replay. */
export type ReplayOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly delayMs: number }
  | { readonly kind: 'failed'; readonly reason: string };

export interface DeadLetters {
  put(letter: Pick<DeadLetter, 'durable' | 'subject' | 'key' | 'body' | 'reason' | 'failures'>): Promise<void>;
  /** Oldest first, 100 at most. */
  list(): Promise<DeadLetter[]>;
  show(id: string): Promise<DeadLetter | undefined>;
  count(): Promise<number>;
  /** Marks these for the running service to handle again; returns how many. */
  replay(ids: readonly string[] | 'all'): Promise<number>;
  /** Deletes these; returns how many. */
  discard(ids: readonly string[] | 'all'): Promise<number>;
  /** Leases the next letter to be replayed for one of these consumers; no other replica gets it for a minute. */
  lease(durables: readonly string[]): Promise<DeadLetter | undefined>;
  /** Records the result of a replay: a handled letter is deleted, a failed one waits again with the new reason. */
  settle(letter: DeadLetter, outcome: ReplayOutcome): Promise<void>;
}

const leaseMs = 60_000;

export const deadLetterCollection = defineCollection({
  name: 'dead-letters',
  fields: {
    durable: { type: String, required: true },
    subject: { type: String, required: true },
    key: { type: String, required: true },
    body: { type: String, required: true },
    reason: { type: String, required: true },
    failures: { type: Number, required: true },
    at: { type: Date, required: true },
    status: { type: String, required: true, enum: ['waiting', 'replaying'] },
    notBefore: { type: Date },
  },
  indexes: [{ key: { at: 1 } }, { key: { status: 1, at: 1 } }],
});

const filterOf = (ids: readonly string[] | 'all') => (ids === 'all' ? {} : { _id: { $in: [...ids] } });

export const createDeadLetters = (collection: Collection<DeadLetter>, now: () => Date): DeadLetters => {
  return {
    put: async (letter) => {
      await collection.updateOne(
        { _id: `${letter.durable}/${letter.key}` },
        // A message whose ack was lost arrives here again: a requested replay is kept.
        { $set: { ...letter, at: now() }, $setOnInsert: { status: 'waiting' } },
        { upsert: true },
      );
    },
    list: () => collection.find().sort({ at: 1 }).limit(100).toArray(),
    show: async (id) => (await collection.findOne({ _id: id })) ?? undefined,
    count: () => collection.estimatedDocumentCount(),
    replay: async (ids) => {
      const filter = { ...filterOf(ids), status: 'waiting' as const };
      const { modifiedCount } = await collection.updateMany(filter, {
        $set: { status: 'replaying' },
        $unset: { notBefore: true },
      });
      return modifiedCount;
    },
    discard: async (ids) => (await collection.deleteMany(filterOf(ids))).deletedCount,
    lease: async (durables) => {
      const letter = await collection.findOneAndUpdate(
        { status: 'replaying', durable: { $in: [...durables] }, notBefore: { $not: { $gt: now() } } },
        { $set: { notBefore: new Date(now().getTime() + leaseMs) } },
        { sort: { at: 1 }, returnDocument: 'after' },
      );
      return letter ?? undefined;
    },
    settle: async ({ _id }, outcome) => {
      switch (outcome.kind) {
        case 'done':
          await collection.deleteOne({ _id });
          return;
        case 'later':
          await collection.updateOne({ _id }, { $set: { notBefore: new Date(now().getTime() + outcome.delayMs) } });
          return;
        case 'failed':
          await collection.updateOne(
            { _id },
            {
              $set: { status: 'waiting', reason: outcome.reason },
              $unset: { notBefore: true },
              $inc: { failures: 1 },
            },
          );
          return;
      }
    },
  };
};
