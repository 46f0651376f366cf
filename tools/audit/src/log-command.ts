import { operatorActions, type OperatorAction } from '@ticketing/common/operator';
import type { CommandRun } from './command-run.ts';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';

export const logUsage = `npm run operator -- log [<subject>]
  prints what operators have run, the latest 200, or what of it names an order, ticket or account`;

const limit = 200;

/**
 * Prints the log of operators' commands, the oldest first. Returns the exit code, which is 0.
 * @throws UsageError
 */
export const runLogCommand = async ({ databases, args, print }: CommandRun): Promise<number> => {
  const [subject, ...more] = args;
  if (more.length > 0) throw new UsageError('One subject at a time', logUsage);
  const log = databases.of.auth.collection<OperatorAction>(operatorActions.name);
  const which = subject === undefined ? {} : { args: subject };
  const found = await log.find(which, { sort: { at: -1 }, limit }).toArray();
  for (const action of found.toReversed()) print(describeAction(action));
  return 0;
};

/** One line and, below it, what the command has printed. */
export const describeAction = ({ at, by, action, args = [], doneAt, exitCode, result }: OperatorAction): string => {
  const outcome = doneAt === undefined ? 'not finished' : `exit code ${exitCode ?? 0}`;
  const words = [action, ...args].map((word) => (/^[\w.:-]+$/.test(word) ? word : JSON.stringify(word)));
  const lines = (result ?? '').split('\n').filter((line) => line !== '');
  return printable(
    [`${at.toISOString()} ${by}: ${words.join(' ')} (${outcome})`, ...lines.map((line) => `  | ${line}`)].join('\n'),
  );
};
