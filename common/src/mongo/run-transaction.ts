import type { ClientSession, MongoClient } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceUnavailableError } from '../errors/index.ts';
import { hasLabel } from './errors.ts';

/** A transaction in progress: what is done with its session is committed as a whole, or not at all. */
export interface Transaction {
  readonly session: ClientSession;
  /** Calls the action once the transaction is committed. */
  readonly afterCommit: (action: () => void) => void;
}

const timeoutMs = 5_000;
const maxDelayMs = 50;

/**
 * Commits what `work` does with the session. After a conflict with another write it runs again, for 5 s at most; any other
 * error of `work` aborts the transaction. Reads and writes are those of a majority, as the client's.
 * @throws ServiceUnavailableError while conflicts do not end.
 */
export const runTransaction = async <T>(
  client: MongoClient,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const session = client.startSession();
    const actions: (() => void)[] = [];
    try {
      session.startTransaction();
      const result = await work({ session, afterCommit: (action) => actions.push(action) });
      await commit(session, end);
      for (const action of actions) action();
      return result;
    } catch (error) {
      if (!hasLabel(error, 'TransientTransactionError')) throw error;
      if (performance.now() > end) throw new ServiceUnavailableError(undefined, { cause: error });
      await delay(Math.random() * maxDelayMs);
    } finally {
      // Aborts what is not committed.
      await session.endSession();
    }
  }
};

/** A commit whose outcome is unknown is repeated, which the server recognises. */
const commit = async (session: ClientSession, end: number): Promise<void> => {
  for (;;) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!hasLabel(error, 'UnknownTransactionCommitResult') || performance.now() > end) throw error;
    }
  }
};
