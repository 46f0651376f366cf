import { newId } from '@ticketing/common/mongo';
import type { Databases } from '@ticketing/watchdog/sources';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from './usage-error.ts';

const usage = `npm run end-sessions -- <e-mail|id>
  signs a user out everywhere`;

/** What auth reads and completes. */
interface SessionEndRequest {
  readonly _id: string;
  readonly doneAt?: Date;
  /** Absent when there is no such account. */
  readonly userId?: string;
}

/**
 * Asks the running auth to end all sessions of an account, and waits until it has. Returns the exit code: 1 when there is no
 * such account, or auth does not respond.
 * @throws UsageError
 */
export const runEndSessionsCommand = async (command: {
  readonly databases: Databases;
  readonly args: readonly string[];
  readonly print: (line: string) => void;
  /** 60 s by default. */
  readonly timeoutMs?: number;
}): Promise<number> => {
  const { databases, args, print, timeoutMs = 60_000 } = command;
  const [account, ...more] = args;
  if (account === undefined || more.length > 0) throw new UsageError('One e-mail or id is needed', usage);
  const requests = databases.of.auth.collection<SessionEndRequest>('session-end-requests');
  const _id = `command-${newId()}`;
  // By the clock of the database, since it is deleted an hour later.
  await requests.updateOne({ _id }, [{ $set: { requestedAt: '$$NOW', account: { $literal: account } } }], {
    upsert: true,
  });
  for (const end = performance.now() + timeoutMs; performance.now() < end; await delay(250)) {
    const request = await requests.findOne({ _id });
    if (request?.doneAt === undefined) continue;
    const isKnown = request.userId !== undefined;
    print(isKnown ? `All sessions of ${request.userId} have ended` : `There is no account ${account}, or it is closed`);
    return isKnown ? 0 : 1;
  }
  print('auth has not ended the sessions yet; it does once it runs and can reach its database, within an hour');
  return 1;
};
