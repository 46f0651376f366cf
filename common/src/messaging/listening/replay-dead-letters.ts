import type { Logger } from 'pino';
import type { DeadLetter, DeadLetters, ReplayOutcome } from './dead-letters.ts';
import { describe, parseJson, type Listener, type Verdict } from './listener.ts';
import { durableName } from './durable-name.ts';

/** At most this many per pass, so that a stopping service does not wait long. */
const passLimit = 100;

export interface ReplayOptions {
  readonly service: string;
  readonly deadLetters: Pick<DeadLetters, 'lease' | 'settle'>;
  readonly listeners: readonly Listener[];
  readonly logger: Logger;
  /** Whether the listeners' database is reachable; while it is not, a failure is not the letter's fault. */
  readonly isHealthy: () => boolean;
}

const toOutcome = (verdict: Verdict | undefined): ReplayOutcome => {
  if (verdict === undefined) return { kind: 'failed', reason: 'the listener gave no verdict' };
  if (verdict.kind === 'done' || verdict.kind === 'later') return verdict;
  return { kind: 'failed', reason: verdict.reason };
};

const handle = async (listener: Listener, letter: DeadLetter): Promise<ReplayOutcome> => {
  try {
    const [verdict] = await listener.handle([parseJson(letter.body)]);
    return toOutcome(verdict);
  } catch (error) {
    return { kind: 'failed', reason: describe(error) };
  }
};

/** Passes each letter marked for replay to its listener once; returns how many. */
export const replayDeadLetters = async (options: ReplayOptions): Promise<number> => {
  const { deadLetters, logger } = options;
  const listeners = new Map(
    options.listeners.map((listener) => [durableName(options.service, listener.subject), listener]),
  );
  for (let count = 0; ; count += 1) {
    const letter =
      count < passLimit && options.isHealthy() ? await deadLetters.lease([...listeners.keys()]) : undefined;
    const listener = letter === undefined ? undefined : listeners.get(letter.durable);
    if (letter === undefined || listener === undefined) return count;
    const outcome = await handle(listener, letter);
    // It stays marked, and is replayed when its lease has expired.
    if (outcome.kind === 'failed' && !options.isHealthy()) return count;
    await deadLetters.settle(letter, outcome);
    logger.info({ subject: letter.subject, key: letter.key, outcome }, 'dead letter replayed');
  }
};
