import type { Collection } from 'mongodb';
import { defineCollection, isDuplicateKey, listOf, objectOf, type DocumentOf } from '../../mongo/index.ts';
import type { EventStore, StreamState } from '../bus/transport.ts';
import type { RequiredDurable } from '../listening/durable-name.ts';
import { planPurge } from './plan-purge.ts';
import { requestRepublication, type Republication } from './republications.ts';

/** The last pass of the purge: one document. */
export const streamPurges = defineCollection({
  name: 'stream-purges',
  fields: {
    leasedUntil: { type: Date, required: true },
    pass: objectOf({
      streamId: { type: String },
      created: { type: String, required: true },
      floors: {
        ...listOf({ subject: { type: String, required: true }, upTo: { type: Number, required: true } }),
        required: true,
      },
      consumers: {
        ...listOf({
          durable: { type: String, required: true },
          acknowledgedUpTo: { type: Number, required: true },
          aliveAt: { type: Date, required: true },
          skippedSince: { type: Date },
        }),
        required: true,
      },
    }),
  },
});

export type StreamPurge = DocumentOf<typeof streamPurges>;

const purgeId = 'purge';

export interface PurgeDeps {
  readonly purges: Collection<StreamPurge>;
  readonly republications: Collection<Republication>;
  /** The events that this service publishes. */
  readonly subjects: readonly string[];
  readonly required: readonly RequiredDurable[];
  readonly retired: readonly string[];
  readonly now: () => Date;
  readonly newId: () => string;
  readonly marginMs: number;
  /** Time between two passes: one replica makes each. */
  readonly everyMs: number;
}

/** One pass of the purge, unless another replica makes it. Returns whether it was made. */
export const purgeStream = async (deps: PurgeDeps, store: EventStore): Promise<boolean> => {
  const now = deps.now();
  const lease = await takeLease(deps, now);
  if (lease === undefined) return false;
  // Read before the state, so that no consumer is ahead of it.
  const consumers = await store.consumers();
  const state: StreamState = await store.state();
  for (const { durable } of consumers) if (deps.retired.includes(durable)) await store.removeConsumer(durable);
  const plan = planPurge({
    subjects: deps.subjects,
    required: deps.required,
    state,
    consumers: consumers.filter(({ durable }) => !deps.retired.includes(durable)),
    before: lease.pass,
    now,
  });
  for (const { since } of plan.resumed) {
    const from = new Date(since.getTime() - deps.marginMs);
    await requestRepublication(deps.republications, { _id: `resumed-${deps.newId()}`, requestedAt: now, since: from });
  }
  // Stored before the purge: `skippedSince` must be known when an abandoned consumer has a process again.
  await deps.purges.updateOne({ _id: purgeId }, { $set: { pass: plan.pass } });
  for (const { subject, upTo } of plan.purges) await store.purge(subject, upTo);
  return true;
};

const takeLease = async (deps: PurgeDeps, now: Date): Promise<StreamPurge | undefined> => {
  const leasedUntil = new Date(now.getTime() + deps.everyMs * 0.9);
  try {
    const lease = await deps.purges.findOneAndUpdate(
      { _id: purgeId, leasedUntil: { $lte: now } },
      { $set: { leasedUntil } },
      { upsert: true, returnDocument: 'after' },
    );
    return lease ?? undefined;
  } catch (error) {
    // Another replica has it.
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
};
