import type { Collection } from 'mongodb';
import { pendingMailIndex, type PendingMail } from './mail-job.ts';
import type { MailQueue } from './mail-queue.ts';

const batch = 100;

interface DocumentWithMail {
  readonly _id: string;
  readonly mail: PendingMail[];
}

/**
 * Moves the mails that are stored with their causes to the queue. They are removed only when the queue has them, which
 * recognises those that a process moved before it ended.
 */
export const movePendingMail = async (source: Collection<DocumentWithMail>, queue: MailQueue): Promise<void> => {
  for (;;) {
    const found = await source
      .find({ 'mail.at': { $exists: true } }, { projection: { mail: 1 }, limit: batch, hint: pendingMailIndex.name })
      .toArray();
    if (found.length === 0) return;
    await queue.enqueue(found.flatMap(({ mail }) => mail));
    await source.bulkWrite(
      found.map(({ _id, mail }) => ({
        updateOne: { filter: { _id }, update: { $pull: { mail: { id: { $in: mail.map(({ id }) => id) } } } } },
      })),
      { ordered: false },
    );
    if (found.length < batch) return;
  }
};
