import type { Collection } from 'mongodb';

/** An event that its listener could not process, kept in the listener's own database until somebody decides. */
export interface DeadLetter {
  /** Durable consumer and message key: one row however often the message is set aside. */
  readonly _id: string;
  readonly durable: string;
  readonly subject: string;
  readonly key: string;
  /** As it was on the bus. */
  readonly body: string;
  readonly reason: string;
  readonly failures: number;
  readonly at: Date;
  /** `replaying`: its service takes it up again within seconds. */
  readonly status: 'waiting' | 'replaying';
}

export interface DeadLetters {
  put(letter: Omit<DeadLetter, '_id' | 'at' | 'status'>): Promise<void>;
  /** Oldest first, 100 at most. */
  list(): Promise<DeadLetter[]>;
  count(): Promise<number>;
}

export const deadLetterCollection = 'dead-letters';

export const createDeadLetters = (collection: Collection<DeadLetter>, now: () => Date): DeadLetters => ({
  put: async (letter) => {
    await collection.updateOne(
      { _id: `${letter.durable}/${letter.key}` },
      { $set: { ...letter, at: now(), status: 'waiting' } },
      { upsert: true },
    );
  },
  list: () => collection.find().sort({ at: 1 }).limit(100).toArray(),
  count: () => collection.estimatedDocumentCount(),
});
