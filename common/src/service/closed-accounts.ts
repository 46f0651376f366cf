import { sessionDays, type UserState } from '../events/index.ts';
import { createLoader, defineCollection, type Database, type DocumentOf } from '../mongo/index.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** No token of the account is valid after it has been closed for that long. */
const keptMs = (sessionDays + 1) * dayMs;

/**
 * That an account was suspended is kept for good, as dead letters are: one of a suspension may be replayed at any time after the
 * account was reinstated.
 */
const never = new Date('9999-12-31T00:00:00Z');

/** Longer than a request takes, and than a session goes on at a replica that the broker cannot reach for a while. */
const recentMs = 10 * 60_000;

/** A pass over the accounts closed recently reads at most so many. */
const limit = 1_000;

/**
 * Accounts of which this service has heard that they are closed or were suspended, since requests of them may still be in
 * progress.
 */
export const closedAccounts = defineCollection({
  name: 'closed-accounts',
  fields: {
    heardAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    // Absent of one that the release before has stored, which is closed.
    isClosed: { type: Boolean },
    // The latest of each.
    suspendedAt: { type: Date },
    reinstatedAt: { type: Date },
  },
  indexes: [{ key: { heardAt: 1 } }, { key: { expiresAt: 1 }, name: 'expired', expireAfterSeconds: 0 }],
});

/** Closed, or suspended and not reinstated. */
const ended = {
  $or: [
    { isClosed: { $ne: false } },
    { reinstatedAt: { $exists: false } },
    { $expr: { $gt: ['$suspendedAt', '$reinstatedAt'] } },
  ],
};

type ClosedAccount = DocumentOf<typeof closedAccounts>;

/**
 * For requests of an account that are in progress while it is closed or suspended, which is the same here until it is
 * reinstated. The handler of `user.closed` calls `add`, and that of `user.updated` calls `addSuspension`, before it changes what
 * the account has; a request calls `has` after its write. Since all of them are majority reads and writes, either the request
 * sees that the account is closed, or the handler sees what the request has written. A process may die between its write and
 * `has`: a worker in each service goes over the `recent` accounts again.
 */
export const openClosedAccounts = ({
  database,
  now,
}: {
  readonly database: Pick<Database, 'collection'>;
  readonly now: () => Date;
}) => {
  const collection = database.collection<ClosedAccount>(closedAccounts.name);
  // Every order and listing asks: concurrent ones share a query, which begins after their writes.
  const load = createLoader((ids) =>
    collection.find({ _id: { $in: ids }, ...ended }, { projection: { _id: 1 } }).toArray(),
  );
  return {
    /** Closed long ago, as events that are published again may say, it has no token any more: then it is not stored. */
    add: async ({ id, closedAt }: Pick<UserState, 'id' | 'closedAt'>): Promise<void> => {
      const heardAt = now();
      const expiresAt = new Date((closedAt === undefined ? heardAt : new Date(closedAt)).getTime() + keptMs);
      if (expiresAt <= heardAt) return;
      await collection.updateOne(
        { _id: id },
        { $set: { heardAt, isClosed: true }, $max: { expiresAt } },
        { upsert: true },
      );
    },
    /** Returns whether the account is suspended, as far as is known: events arrive in any order, and however late. */
    addSuspension: async (state: Pick<UserState, 'id' | 'suspendedAt' | 'reinstatedAt'>): Promise<boolean> => {
      const { id, suspendedAt, reinstatedAt } = state;
      if (suspendedAt === undefined) return false;
      const since = new Date(suspendedAt);
      // No request of an account that was suspended long ago is in progress: it is no recent one.
      const heardAt = new Date(Math.min(now().getTime(), since.getTime() + keptMs));
      await collection.updateOne(
        { _id: id },
        {
          $max: {
            heardAt,
            expiresAt: never,
            suspendedAt: since,
            ...(reinstatedAt === undefined ? {} : { reinstatedAt: new Date(reinstatedAt) }),
          },
          $setOnInsert: { isClosed: false },
        },
        { upsert: true },
      );
      return (await load(id)) !== null;
    },
    has: async (userId: string): Promise<boolean> => (await load(userId)) !== null,
    recent: async (): Promise<string[]> => {
      const since = new Date(now().getTime() - recentMs);
      const found = await collection
        .find({ heardAt: { $gt: since }, ...ended }, { projection: { _id: 1 }, sort: { heardAt: -1 }, limit })
        .toArray();
      return found.map(({ _id }) => _id);
    },
  };
};

export type ClosedAccounts = ReturnType<typeof openClosedAccounts>;
