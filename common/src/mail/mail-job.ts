import { z } from 'zod';
import { copyOf, defineCollection, listOf, type CollectionUpkeep, type DocumentOf } from '../mongo/index.ts';
import { expression, type Expression } from '../messaging/index.ts';

const dayMs = 24 * 60 * 60 * 1000;

const maxAgeMs = 3 * dayMs;

/** Whether what happened then is still mailed: not if it is older than three days, also if its mail has waited for so long. */
export const isRecent = (at: Date, now: Date): boolean => now.getTime() - at.getTime() <= maxAgeMs;
/** Longer than facts are mailed, so that a repeated fact finds its job. */
const keptSeconds = (30 * dayMs) / 1000;

const mailData = z.record(z.string(), z.unknown());

const mailFields = {
  template: { type: String, required: true },
  userId: { type: String, required: true },
  // When what the mail reports happened.
  at: { type: Date, required: true },
} as const;

/** A mail that is to be sent. Two with one id are one mail. */
export interface PendingMail {
  readonly id: string;
  readonly template: string;
  readonly userId: string;
  readonly to: string;
  readonly at: Date;
  /** When it is sent at the earliest, instead of at once. Not for mails in documents of their causes. */
  readonly sendAt?: Date;
  readonly data: Readonly<Record<string, unknown>>;
  /** What it reports does not hold any more, so it is known as dropped from the beginning. Not for mails in documents of their causes. */
  readonly isObsolete?: boolean;
}

/** The field of an aggregate, named `mail`, that holds the mails of its changes until they are in `mail-jobs`. */
export const pendingMail = listOf({
  id: { type: String, required: true },
  to: { type: String, required: true },
  data: { ...copyOf(mailData), required: true },
  ...mailFields,
});

/** The index by which a service finds the documents with pending mail. */
export const pendingMailIndex = {
  key: { 'mail.at': 1 },
  name: 'pending_mail',
  partialFilterExpression: { 'mail.at': { $exists: true } },
} as const satisfies NonNullable<CollectionUpkeep['indexes']>[number];

const pendingOf = (condition: object) => ({ $filter: { input: { $ifNull: ['$mail', []] }, cond: condition } });

/** The value of the field `mail` for a change that causes these mails. */
export const addMail = (...mails: readonly PendingMail[]): Expression =>
  expression({ $concatArrays: [{ $ifNull: ['$mail', []] }, mails.map((mail) => ({ $literal: mail }))] });

/** The value of the field `mail` for a change that causes this mail and drops what waits, except mails of these templates. */
export const replaceMail = (mail: PendingMail, { except }: { readonly except: readonly string[] }): Expression =>
  expression({ $concatArrays: [pendingOf({ $in: ['$$this.template', except] }), [{ $literal: mail }]] });

/** The ids of what the same change drops, for `forgetUser`. */
export const replacedMail = ({ except }: { readonly except: readonly string[] }): Expression =>
  expression({ $map: { input: pendingOf({ $not: { $in: ['$$this.template', except] } }), in: { id: '$$this.id' } } });

/** Mails to send, and for 30 days those that were sent or dropped. */
export const mailJobs = defineCollection({
  name: 'mail-jobs',
  fields: {
    ...mailFields,
    // These four are removed when the job ends. `dueAt` is when it is tried next, or when its lease ends.
    to: { type: String },
    data: copyOf(mailData),
    dueAt: { type: Date },
    // The same for jobs that were leased together.
    lease: { type: String },
    // Attempts that failed because of this mail, as far as is known.
    failures: { type: Number, required: true },
    endedAt: { type: Date },
    // Why nothing was sent; absent when the mail was sent.
    dropped: { type: String },
  },
  retiredIndexes: ['waiting_by_user'],
  indexes: [
    { key: { dueAt: 1 }, name: 'waiting_by_due_time', partialFilterExpression: { dueAt: { $exists: true } } },
    { key: { at: 1 }, name: 'waiting_by_time', partialFilterExpression: { dueAt: { $exists: true } } },
    { key: { userId: 1 }, name: 'jobs_by_user' },
    { key: { endedAt: 1 }, name: 'ended_long_ago', expireAfterSeconds: keptSeconds },
  ],
});

export type MailJob = DocumentOf<typeof mailJobs>;
