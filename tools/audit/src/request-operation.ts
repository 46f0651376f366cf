import { newId } from '@ticketing/common/mongo';
import type { OperatorRequest } from '@ticketing/common/operator';
import type { ServiceName } from '@ticketing/watchdog/sources';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRun } from './command-run.ts';

const pollEveryMs = 250;

/** An outcome in words, and whether the operator has got what they wanted. */
export type Outcomes = Readonly<Record<string, { readonly text: string; readonly isDone: boolean }>>;

/**
 * Requests an action of a service, once for each subject, and prints what comes of each. Waits as long as the service makes
 * progress at least every `timeoutMs`. Returns the exit code: 0 if all were carried out as the operator wants.
 */
export const requestOperation = async (
  { databases, by, print, timeoutMs = 60_000 }: Omit<CommandRun, 'args'>,
  operation: {
    readonly service: ServiceName;
    readonly action: string;
    /** What the subjects are, such as `order`. */
    readonly kind: string;
    readonly subjects: readonly string[];
    readonly reason?: string;
    /** Minor units. */
    readonly amount?: number;
    readonly outcomes: Outcomes;
  },
): Promise<number> => {
  const { service, action, kind, subjects, reason, amount, outcomes } = operation;
  const requests = databases.of[service].collection<OperatorRequest>('operator-requests');
  const waiting = new Map(subjects.map((subject) => [`command-${newId()}`, subject]));
  // By the clock of the database, since they are deleted an hour later.
  await requests.bulkWrite(
    [...waiting].map(([_id, subject]) => ({
      updateOne: {
        filter: { _id },
        update: [{ $set: { requestedAt: '$$NOW', ...literal({ action, subject, by, reason, amount }) } }],
        upsert: true,
      },
    })),
  );
  let isAllDone = true;
  for (let end = performance.now() + timeoutMs; waiting.size > 0 && performance.now() < end; await delay(pollEveryMs)) {
    const done = await requests.find({ _id: { $in: [...waiting.keys()] }, doneAt: { $exists: true } }).toArray();
    for (const { _id, outcome = '' } of done) {
      const { text, isDone } = outcomes[outcome] ?? { text: outcome, isDone: false };
      print(`${kind} ${waiting.get(_id) ?? ''} ${text}`);
      if (!isDone) isAllDone = false;
      waiting.delete(_id);
      end = performance.now() + timeoutMs;
    }
  }
  for (const subject of waiting.values())
    print(`${kind} ${subject} waits: ${service} goes on once it runs and can reach its database, within an hour`);
  return isAllDone && waiting.size === 0 ? 0 : 1;
};

/** So that a text is no expression of MongoDB. */
const literal = (fields: Readonly<Record<string, string | number | undefined>>) =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, { $literal: value }]])),
  );
