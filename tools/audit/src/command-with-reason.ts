import { lineOfText } from '@ticketing/common/http';
import type { ServiceName } from '@ticketing/watchdog/sources';
import { parseArgs } from 'node:util';
import type { CommandRun } from './command-run.ts';
import { requestOperation, type Outcomes } from './request-operation.ts';
import { UsageError } from './usage-error.ts';

/** Mails tell it, and an event with it has 4 KB at most. */
const reasonText = lineOfText('Reason', 200);

/** @throws UsageError */
export const readArgs = (args: readonly string[], usage: string) => {
  const { values, positionals } = parse(args, usage);
  const { data: reason, error } = reasonText.safeParse(values.reason ?? '');
  if (error !== undefined) throw new UsageError(error.issues.map(({ message }) => message).join('; '), usage);
  return { subjects: [...new Set(positionals)], event: values.event, amount: values.amount, reason };
};

const parse = (args: readonly string[], usage: string) => {
  try {
    return parseArgs({
      args: [...args],
      options: { reason: { type: 'string' }, event: { type: 'string' }, amount: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), usage);
  }
};

/**
 * A subcommand that asks the running service to do something to each subject, for a reason. It prints what becomes of each and
 * returns the exit code: 1 if it was not done to one of them. It throws UsageError.
 */
export const commandWithReason =
  ({
    usage,
    ...operation
  }: {
    readonly action: string;
    readonly service: ServiceName;
    readonly kind: string;
    readonly usage: string;
    readonly outcomes: Outcomes;
  }) =>
  async (command: CommandRun): Promise<number> => {
    const { subjects, event, amount, reason } = readArgs(command.args, usage);
    if (event !== undefined || amount !== undefined || subjects.length === 0)
      throw new UsageError(`Name at least one ${operation.kind}`, usage);
    return requestOperation(command, { ...operation, subjects, reason });
  };
