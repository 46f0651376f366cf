import type { Logger } from 'pino';
import { isDatabaseUnreachable } from '../../mongo/index.ts';
import type { DeadLetter, DeadLetters, ReplayOutcome } from './dead-letters.ts';
import { describe, parseJson, unreachableRetryMs, type Listener } from './listener.ts';
import { durableName } from './durable-name.ts';

/** At most this many per pass, so that a stopping service does not wait long. */
const passLimit = 500;
const concurrency = 8;

export interface ReplayOptions {
  readonly service: string;
  readonly deadLetters: Pick<DeadLetters, 'lease' | 'settle'>;
  readonly listeners: readonly Listener[];
  readonly logger: Logger;
  /** Whether the listeners' database is reachable; while it is not, failures are not counted. */
  readonly isHealthy: () => boolean;
}

const handle = async (listener: Listener, letter: DeadLetter): Promise<ReplayOutcome> => {
  try {
    const [verdict] = await listener.handle([parseJson(letter.body)]);
    if (verdict === undefined) return { kind: 'failed', reason: 'the listener gave no verdict' };
    if (verdict.kind === 'done' || verdict.kind === 'later') return verdict;
    const { reason } = verdict;
    return verdict.kind === 'park'
      ? { kind: 'unknown', reason, fingerprint: listener.fingerprint }
      : { kind: 'failed', reason };
  } catch (error) {
    if (isDatabaseUnreachable(error)) return { kind: 'later', delayMs: unreachableRetryMs };
    return { kind: 'failed', reason: describe(error) };
  }
};

/** Passes each letter that this replica has to handle again to its listener once; returns how many. */
export const replayDeadLetters = async (options: ReplayOptions): Promise<number> => {
  const { deadLetters, logger } = options;
  const listeners = new Map(
    options.listeners.map((listener) => [durableName(options.service, listener.subject), listener]),
  );
  const events = [...listeners].map(([durable, { fingerprint }]) => ({ durable, fingerprint }));
  let count = 0;
  const replayNext = async (): Promise<boolean> => {
    const letter = count < passLimit && options.isHealthy() ? await deadLetters.lease(events) : undefined;
    const listener = letter === undefined ? undefined : listeners.get(letter.durable);
    if (letter === undefined || listener === undefined) return false;
    count += 1;
    const outcome = await handle(listener, letter);
    // It stays marked, and is replayed when its lease has expired.
    if (outcome.kind === 'failed' && !options.isHealthy()) return false;
    await deadLetters.settle(letter, outcome);
    const { subject, key, status } = letter;
    logger.info({ subject, key, outcome }, status === 'parked' ? 'parked event handled' : 'dead letter replayed');
    return true;
  };
  const replayAll = async () => {
    while (await replayNext());
  };
  if (await replayNext()) await Promise.all(Array.from({ length: concurrency }, replayAll));
  return count;
};
