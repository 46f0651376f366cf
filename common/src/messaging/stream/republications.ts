import type { Collection, Filter } from 'mongodb';
import { z } from 'zod';
import { copyOf, defineCollection, isDuplicateKey, type DocumentOf } from '../../mongo/index.ts';
import type { AggregateDocument } from '../aggregates/outbox.ts';
import type { OutboxCollection } from '../aggregates/relay.ts';

/** Requests to publish current states again. One replica carries a request out, page by page. */
export const republications = defineCollection({
  name: 'republications',
  fields: {
    requestedAt: { type: Date, required: true },
    // All aggregates of the service without it.
    aggregateType: { type: String },
    // Those that have changed since this time; or those with these ids.
    since: { type: Date },
    ids: copyOf(z.array(z.string())),
    // Set when it begins: what changes later needs no republishing.
    until: { type: Date },
    leasedUntil: { type: Date },
    count: { type: Number, required: true },
    doneAt: { type: Date },
  },
  // Few documents: those that are done are deleted after a day.
  indexes: [{ key: { doneAt: 1 }, name: 'done_a_day_ago', expireAfterSeconds: 24 * 60 * 60 }],
});

export type Republication = DocumentOf<typeof republications>;

const leaseMs = 30_000;
const pageSize = 100;
/** Pages of one call, so that a stopping service does not wait long. */
const pagesAtOnce = 10;

/** Requests a republication; one with the same id is requested once. */
export const requestRepublication = async (
  collection: Collection<Republication>,
  request: Pick<Republication, '_id' | 'requestedAt' | 'aggregateType' | 'since' | 'ids'>,
): Promise<void> => {
  try {
    await collection.insertOne({ ...request, count: 0 });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
};

export interface RepublishDeps {
  readonly republications: Collection<Republication>;
  readonly sources: readonly OutboxCollection[];
  readonly now: () => Date;
  /** Whether the relay publishes what it is given; while it does not, nothing is republished. */
  readonly hasRoom: () => boolean;
}

/** Continues the oldest republication that no other replica works on. Returns how many states it has published again. */
export const continueRepublication = async (deps: RepublishDeps): Promise<number> => {
  if (!deps.hasRoom()) return 0;
  const now = deps.now();
  const request = await deps.republications.findOneAndUpdate(
    { doneAt: { $exists: false }, leasedUntil: { $not: { $gt: now } } },
    { $set: { leasedUntil: new Date(now.getTime() + leaseMs) } },
    { sort: { requestedAt: 1 }, returnDocument: 'after' },
  );
  if (request === null) return 0;
  const sources = deps.sources.filter(
    ({ aggregateType }) => request.aggregateType === undefined || request.aggregateType === aggregateType,
  );
  const until = request.until ?? (await latestChange(sources, now));
  const progress = await republishPages(deps, { ...request, until }, sources);
  await deps.republications.updateOne(
    { _id: request._id },
    {
      $set: { until, leasedUntil: deps.now(), ...(progress.isDone ? { doneAt: deps.now() } : {}) },
      $inc: { count: progress.count },
    },
  );
  return progress.count;
};

const republishPages = async (
  { now, hasRoom }: RepublishDeps,
  { ids, since, until }: Republication & { readonly until: Date },
  sources: readonly OutboxCollection[],
): Promise<{ readonly count: number; readonly isDone: boolean }> => {
  // Each page leaves the range by its new time of change, which therefore lies after `until`, whatever this clock says.
  const changedAt = new Date(Math.max(now().getTime(), until.getTime() + 1));
  const filter: Filter<AggregateDocument> =
    ids === undefined
      ? // Documents without the field were last written by an earlier release.
        { $or: [{ changedAt: { $gte: since ?? new Date(0), $lte: until } }, { changedAt: { $exists: false } }] }
      : { _id: { $in: [...ids] } };
  let count = 0;
  let pages = 0;
  for (const { republish } of sources) {
    if (republish === undefined) continue;
    for (let found = pageSize; found === pageSize; pages += 1) {
      if (pages === pagesAtOnce || !hasRoom()) return { count, isDone: false };
      found = await republish({ filter, limit: ids?.length ?? pageSize, changedAt });
      count += found;
      if (ids !== undefined) break;
    }
  }
  return { count, isDone: true };
};

/** The newest time of change, which the clock of another replica may have set ahead of ours. */
const latestChange = async (sources: readonly OutboxCollection[], now: Date): Promise<Date> => {
  const newest = await Promise.all(
    sources.map(({ collection }) => collection.findOne({}, { projection: { changedAt: 1 }, sort: { changedAt: -1 } })),
  );
  return new Date(Math.max(now.getTime(), ...newest.map((document) => document?.changedAt?.getTime() ?? 0)));
};
