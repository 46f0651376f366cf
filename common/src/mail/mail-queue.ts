import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { isRecent, type MailJob, type PendingMail } from './mail-job.ts';

/** After this long a job that a process had leased is due again, unless the process has extended its lease. */
export const leaseMs = 4_000;
const maxCounted = 10_000;
const clockSkewMs = 60_000;
const notNeeded = 'not needed any more';

/** A job that this process alone may send until `dueAt`, by which it recognises its lease. */
export interface LeasedJob extends Pick<MailJob, '_id' | 'template' | 'at' | 'failures'> {
  readonly to: string;
  readonly data: unknown;
  readonly dueAt: Date;
}

/** What is dropped of a closed account. */
export interface Forgetting {
  readonly except?: readonly string[];
  readonly pending?: readonly string[];
}

/** None if the job has ended. */
const toLeased = ({ _id, template, at, failures, to, data }: MailJob, dueAt: Date): LeasedJob[] =>
  to === undefined ? [] : [{ _id, template, at, failures, to, data, dueAt }];

const toJob = ({ sendAt, ...mail }: Omit<PendingMail, 'id'>, time: Date) => ({
  ...mail,
  dueAt: sendAt ?? time,
  failures: 0,
});
const toDropped = ({ template, userId, at }: Omit<PendingMail, 'id'>, endedAt: Date) => ({
  template,
  userId,
  at,
  failures: 0,
  endedAt,
  dropped: notNeeded,
});

/** The mail jobs of a service's database. Every write is conditional, so that any number of replicas may work on them. */
export const openMailQueue = (jobs: Collection<MailJob>, now: () => Date) => {
  /** Nothing that could be sent again, and no address, is kept of a job that has ended. */
  const end = (dropped?: string) => ({
    $set: { endedAt: now(), ...(dropped === undefined ? {} : { dropped }) },
    $unset: { to: 1, data: 1, dueAt: 1, lease: 1 } as const,
  });

  return {
    /** Stores mails, each once: one whose id is known, sent or not, is left as it is. One of an old fact is ignored. */
    enqueue: async (mails: readonly PendingMail[]): Promise<void> => {
      const time = now();
      const recent = mails.filter(({ at }) => isRecent(at, time));
      if (recent.length === 0) return;
      await jobs.bulkWrite(
        recent.map(({ id, isObsolete = false, ...mail }): AnyBulkWriteOperation<MailJob> => ({
          updateOne: {
            filter: { _id: id },
            update: { $setOnInsert: isObsolete ? toDropped(mail, time) : toJob(mail, time) },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    /** Drops what waits of these mails: nobody needs them any more. */
    cancel: async (ids: readonly string[]): Promise<void> => {
      await jobs.updateMany({ _id: { $in: [...ids] }, dueAt: { $exists: true } }, end(notNeeded));
    },

    /**
     * Leases the jobs that have been due for longest, `limit` at most. One write leases all of them: processes that each
     * leased one at a time would compete for the same oldest job.
     */
    lease: async (limit: number): Promise<readonly LeasedJob[]> => {
      for (;;) {
        const time = now();
        const isDue = { dueAt: { $lte: time } };
        const found = await jobs.find(isDue, { sort: { dueAt: 1 }, limit }).toArray();
        if (found.length === 0) return [];
        const lease = { dueAt: new Date(time.getTime() + leaseMs), lease: randomUUID() };
        const _id = { $in: found.map((job) => job._id) };
        const { modifiedCount } = await jobs.updateMany({ _id, ...isDue }, { $set: lease });
        // Another process may have leased some of them first, or all.
        const leased = modifiedCount === found.length ? found : await jobs.find({ _id, ...lease }).toArray();
        if (leased.length > 0) return leased.flatMap((job) => toLeased(job, lease.dueAt));
      }
    },

    /** The same job with a new lease; undefined when its lease was over and another process has leased it. */
    extend: async (job: LeasedJob): Promise<LeasedJob | undefined> => {
      const dueAt = new Date(now().getTime() + leaseMs);
      const { matchedCount } = await jobs.updateOne({ _id: job._id, dueAt: job.dueAt }, { $set: { dueAt } });
      return matchedCount === 1 ? { ...job, dueAt } : undefined;
    },

    /** The mail was sent, whichever process holds the lease now. */
    markSent: async ({ _id }: LeasedJob): Promise<void> => {
      await jobs.updateOne({ _id, dueAt: { $exists: true } }, end());
    },

    drop: async ({ _id, dueAt }: LeasedJob, reason: string): Promise<void> => {
      await jobs.updateOne({ _id, dueAt }, end(reason));
    },

    /** Ends the lease: the job is due again after this time. */
    postpone: async ({ _id, dueAt }: LeasedJob, delayMs: number, failures: number): Promise<void> => {
      await jobs.updateOne({ _id, dueAt }, { $set: { dueAt: new Date(now().getTime() + delayMs), failures } });
    },

    /**
     * Drops what waits to be sent to this user, except mails of these templates. The ids in `pending` are known from then on,
     * so that a process that has read these mails from the document of their cause before enqueues none of them.
     */
    forgetUser: async (userId: string, { except = [], pending = [] }: Forgetting = {}): Promise<void> => {
      const dropped = { endedAt: now(), dropped: 'account closed' };
      const job = { template: 'dropped', userId, at: now(), failures: 0, ...dropped };
      if (pending.length > 0)
        await jobs.bulkWrite(
          pending.map((_id): AnyBulkWriteOperation<MailJob> => ({
            updateOne: { filter: { _id }, update: { $setOnInsert: job }, upsert: true },
          })),
          { ordered: false },
        );
      await jobs.updateMany({ userId, dueAt: { $exists: true }, template: { $nin: except } }, end(dropped.dropped));
    },

    /** How many jobs wait, 10,000 at most, without those to be sent later, and when what the oldest reports happened. */
    count: async (): Promise<{ readonly waiting: number; readonly oldest: Date | undefined }> => {
      // What is to be sent later reports what is still to come; clocks may differ a little.
      const waits = { dueAt: { $exists: true }, at: { $lte: new Date(now().getTime() + clockSkewMs) } };
      const waiting = await jobs.countDocuments(waits, { limit: maxCounted, hint: 'waiting_by_time' });
      const oldest = await jobs.findOne(waits, { sort: { at: 1 }, projection: { at: 1 }, hint: 'waiting_by_time' });
      return { waiting, oldest: oldest?.at };
    },
  };
};

export type MailQueue = ReturnType<typeof openMailQueue>;
