import type { Collection, Document, Filter, UpdateFilter } from 'mongodb';
import { defineCollection } from '../../mongo/index.ts';
import { parkEvent, withFingerprint } from './park-event.ts';

/** An event that its listener could not handle, stored in the listener's database. */
export interface DeadLetter {
  /**
   * Durable consumer and message key: a message that fails again updates the same document. Of a parked state, durable
   * consumer, aggregate type and id.
   */
  readonly _id: string;
  readonly durable: string;
  readonly subject: string;
  readonly key: string;
  /** As it was on the bus. */
  readonly body: string;
  /** Of the aggregate, in a parked state. */
  readonly version?: number;
  readonly reason: string;
  readonly failures: number;
  readonly at: Date;
  /**
   * `parked`: not a dead letter yet, since a replica that knows its values handles it within seconds of starting.
   * `waiting`: until an operator replays or discards it. `replaying`: its service handles it again within seconds.
   */
  readonly status: 'parked' | 'waiting' | 'replaying';
  /**
   * Fingerprints of the versions of the event that do not know its values, each with a space behind it. Its service handles
   * it again by itself, parked or waiting, once a replica has another. One text, so that the few distinct ones are read from
   * an index.
   */
  readonly unknownTo?: string;
  /** When the replay was requested. */
  readonly replayedAt?: Date;
  /** Not handled before this time: another replica is handling it, or its listener asked for a delay. */
  readonly notBefore?: Date;
}

/** The result of handling a letter again. */
export type ReplayOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly delayMs: number }
  | { readonly kind: 'failed'; readonly reason: string }
  /** With the fingerprint of the event as this version knows it. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly fingerprint: string };

/** A consumer, with the version of its event that this process knows. */
export interface KnownEvent {
  readonly durable: string;
  readonly fingerprint: string;
}

type NewLetter = Pick<DeadLetter, 'durable' | 'subject' | 'key' | 'body' | 'reason'>;

export interface DeadLetters {
  /** Stores a dead letter. Returns false, without storing it, at `maxLetters`. */
  put(letter: NewLetter & Pick<DeadLetter, 'failures'>): Promise<boolean>;
  /** Parks an event with values that this version does not know. Returns false, without storing it, at `maxLetters`. */
  park(event: NewLetter & Pick<KnownEvent, 'fingerprint'>): Promise<boolean>;
  /** Dead letters, without parked events; oldest first, 100 at most. */
  list(): Promise<DeadLetter[]>;
  /** Oldest first, 100 at most. */
  listParked(): Promise<DeadLetter[]>;
  show(id: string): Promise<DeadLetter | undefined>;
  count(): Promise<{ readonly deadLetters: number; readonly parked: number }>;
  /** Marks these for the running service to handle again; returns how many. */
  replay(ids: readonly string[] | 'all'): Promise<number>;
  /** Deletes these; returns how many. `all` are all dead letters, without parked events. */
  discard(ids: readonly string[] | 'all'): Promise<number>;
  /** Makes dead letters of the events that have been parked for an hour; returns how many. */
  expireParked(): Promise<number>;
  /** Makes letters wait again whose replay no listener has begun within ten minutes; returns how many. `durables`: those of the listeners. */
  expireReplays(durables: readonly string[]): Promise<number>;
  /**
   * Leases the next letter of these consumers that is marked for replay, or that only other versions of its event do not
   * know; no other replica gets it for a minute.
   */
  lease(events: readonly KnownEvent[]): Promise<DeadLetter | undefined>;
  /** Records the result: a handled letter is deleted, a failed one waits again with the new reason. A newer state stays. */
  settle(letter: DeadLetter, outcome: ReplayOutcome): Promise<void>;
}

/** Failures of an event, counted while the database is healthy, after which it becomes a dead letter. */
export const maxFailures = 5;
const backOffsMs = [100, 500, 2_000, 5_000, 10_000] as const;
/** Delay of the redelivery after this number of failures. */
export const backOffMs = (failures: number): number => backOffsMs[failures - 1] ?? 10_000;

/** Parked events and dead letters of a service, 4 KB each, beyond which further events stay on the bus. */
export const maxLetters = 10_000;
const parkedForMs = 60 * 60_000;
const replayedForMs = 10 * 60_000;
const leaseMs = 60_000;

export const deadLetterCollection = defineCollection({
  name: 'dead-letters',
  fields: {
    durable: { type: String, required: true },
    subject: { type: String, required: true },
    key: { type: String, required: true },
    body: { type: String, required: true },
    version: { type: Number },
    reason: { type: String, required: true },
    failures: { type: Number, required: true },
    at: { type: Date, required: true },
    status: { type: String, required: true, enum: ['parked', 'waiting', 'replaying'] },
    unknownTo: { type: String },
    replayedAt: { type: Date },
    notBefore: { type: Date },
  },
  indexes: [{ key: { at: 1 } }, { key: { status: 1, at: 1 } }, { key: { unknownTo: 1 } }],
});

const isDeadLetter = { status: { $ne: 'parked' as const } };
const filterOf = (ids: readonly string[] | 'all') => (ids === 'all' ? isDeadLetter : { _id: { $in: [...ids] } });
const idOf = ({ durable, key }: NewLetter): string => `${durable}/${key}`;

export const createDeadLetters = (collection: Collection<DeadLetter>, now: () => Date): DeadLetters => {
  const after = (ms: number): Date => new Date(now().getTime() + ms);
  /** Updates the letter, or inserts it while there is room; returns whether it is stored. */
  const store = async (
    filter: { readonly _id: string },
    update: UpdateFilter<DeadLetter> | Document[],
  ): Promise<boolean> => {
    const upsert = (await collection.estimatedDocumentCount()) < maxLetters;
    const { matchedCount, upsertedCount } = await collection.updateOne(filter, update, { upsert });
    return matchedCount + upsertedCount > 0;
  };
  const oldest = (filter: Filter<DeadLetter>) => collection.find(filter).sort({ at: 1 }).limit(100).toArray();
  return {
    put: (letter) =>
      store(
        { _id: idOf(letter) },
        // A message whose ack was lost arrives here again: a requested replay is kept.
        { $set: { ...letter, at: now() }, $setOnInsert: { status: 'waiting' } },
      ),
    park: ({ fingerprint, ...event }) => {
      const { filter, update } = parkEvent(event, fingerprint, now());
      return store(filter, update);
    },
    list: () => oldest(isDeadLetter),
    listParked: () => oldest({ status: 'parked' }),
    show: async (id) => (await collection.findOne({ _id: id })) ?? undefined,
    count: async () => {
      const [deadLetters, parked] = await Promise.all([
        collection.countDocuments(isDeadLetter),
        collection.countDocuments({ status: 'parked' }),
      ]);
      return { deadLetters, parked };
    },
    replay: async (ids) => {
      const filter = { ...filterOf(ids), status: 'waiting' as const };
      const { modifiedCount } = await collection.updateMany(filter, {
        $set: { status: 'replaying', replayedAt: now() },
        $unset: { notBefore: true, unknownTo: true },
      });
      return modifiedCount;
    },
    discard: async (ids) => (await collection.deleteMany(filterOf(ids))).deletedCount,
    expireParked: async () => {
      const { modifiedCount } = await collection.updateMany(
        { status: 'parked', at: { $lte: after(-parkedForMs) } },
        { $set: { status: 'waiting' } },
      );
      return modifiedCount;
    },
    expireReplays: async (durables) => {
      const { modifiedCount } = await collection.updateMany(
        {
          status: 'replaying',
          durable: { $nin: [...durables] },
          // Absent where the release before has requested it.
          replayedAt: { $not: { $gt: after(-replayedForMs) } },
          notBefore: { $not: { $gt: now() } },
        },
        { $set: { status: 'waiting', reason: 'no listener of the service handles this event' } },
      );
      return modifiedCount;
    },
    lease: async (events) => {
      // The condition leaves out the null that the index has for other letters.
      const unknown = await collection.distinct('unknownTo', { unknownTo: { $gt: '' } });
      const toOthers = unknown.filter((text) => !events.some(({ fingerprint }) => text?.includes(fingerprint)));
      const letter = await collection.findOneAndUpdate(
        {
          $or: [{ status: 'replaying' }, { unknownTo: { $in: toOthers } }],
          durable: { $in: events.map(({ durable }) => durable) },
          notBefore: { $not: { $gt: now() } },
        },
        { $set: { notBefore: after(leaseMs) } },
        { returnDocument: 'after' },
      );
      return letter ?? undefined;
    },
    settle: async (letter, outcome) => {
      // Not the newer state that has been parked in its place meanwhile.
      const own = { _id: letter._id, key: letter.key };
      switch (outcome.kind) {
        case 'done':
          await collection.deleteOne(own);
          return;
        case 'later':
          await collection.updateOne(own, { $set: { notBefore: after(outcome.delayMs) } });
          return;
        case 'unknown':
          await collection.updateOne(own, [
            {
              $set: {
                status: letter.status === 'parked' ? 'parked' : 'waiting',
                reason: { $literal: outcome.reason },
                unknownTo: withFingerprint(outcome.fingerprint),
              },
            },
            { $unset: 'notBefore' },
          ]);
          return;
        case 'failed': {
          const failures = letter.failures + 1;
          // One that has expired is waiting when its new version takes it.
          const isRetried = letter.status !== 'replaying' && failures < maxFailures;
          const { reason } = outcome;
          await collection.updateOne(
            own,
            isRetried
              ? { $set: { reason, failures, notBefore: after(backOffMs(failures)) } }
              : { $set: { reason, failures, status: 'waiting' }, $unset: { notBefore: true, unknownTo: true } },
          );
          return;
        }
      }
    },
  };
};
