import { newId } from '@ticketing/common/mongo';
import { operatorActions, type OperatorAction } from '@ticketing/common/operator';
import type { Databases } from '@ticketing/watchdog/sources';
import { userInfo } from 'node:os';
import process from 'node:process';
import { domainToASCII } from 'node:url';
import { parseArgs } from 'node:util';
import type { CommandRun } from './command-run.ts';
import { deadLettersUsage, runDeadLetterCommand } from './dead-letter-command.ts';
import { endSessionsUsage, runEndSessionsCommand } from './end-sessions-command.ts';
import {
  accountLookupUsage,
  orderLookupUsage,
  runAccountLookup,
  runOrderLookup,
  runTicketLookup,
  ticketLookupUsage,
} from './lookup-command.ts';
import { logUsage, runLogCommand } from './log-command.ts';
import {
  recordRefundUsage,
  refundUsage,
  releaseUsage,
  runRecordRefundCommand,
  runRefundCommand,
  runReleaseCommand,
} from './order-command.ts';
import { moneyUsage, runMoneyCommand } from './money-command.ts';
import { NotFoundError } from './not-found-error.ts';
import {
  reinstateUsage,
  runReinstateCommand,
  runSuspendCommand,
  runWithdrawCommand,
  suspendUsage,
  withdrawUsage,
} from './moderation-command.ts';
import { problemsUsage, runProblemsCommand } from './problems-command.ts';
import { republishUsage, runRepublishCommand } from './republish-command.ts';
import { runUndeliveredCommand, undeliveredUsage } from './undelivered-command.ts';
import { UsageError } from './usage-error.ts';

interface Subcommand {
  readonly usage: string;
  readonly run: (run: CommandRun) => Promise<number>;
  /** A lookup changes nothing and may print personal data, which the log does not keep. */
  readonly isLookup?: (args: readonly string[]) => boolean;
}

const always = () => true;

const subcommands: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['order', { usage: orderLookupUsage, run: runOrderLookup, isLookup: always }],
  ['ticket', { usage: ticketLookupUsage, run: runTicketLookup, isLookup: always }],
  ['account', { usage: accountLookupUsage, run: runAccountLookup, isLookup: always }],
  ['problems', { usage: problemsUsage, run: runProblemsCommand, isLookup: always }],
  ['money', { usage: moneyUsage, run: runMoneyCommand, isLookup: always }],
  ['undelivered', { usage: undeliveredUsage, run: runUndeliveredCommand, isLookup: always }],
  ['refund', { usage: refundUsage, run: runRefundCommand }],
  ['record-refund', { usage: recordRefundUsage, run: runRecordRefundCommand }],
  ['release', { usage: releaseUsage, run: runReleaseCommand }],
  ['withdraw', { usage: withdrawUsage, run: runWithdrawCommand }],
  ['suspend', { usage: suspendUsage, run: runSuspendCommand }],
  ['reinstate', { usage: reinstateUsage, run: runReinstateCommand }],
  ['end-sessions', { usage: endSessionsUsage, run: runEndSessionsCommand }],
  ['republish', { usage: republishUsage, run: runRepublishCommand }],
  ['dead-letters', { usage: deadLettersUsage, run: runDeadLetterCommand, isLookup: ([action]) => action === 'show' }],
  ['log', { usage: logUsage, run: runLogCommand }],
]);

const help = `What operators do. Every command but log is written to a log of its own.

${[...subcommands.values()].map(({ usage }) => usage).join('\n\n')}

Options of every command:
  --by <name>  who runs it, for the log; the user of this machine by default
  --cluster    on the product in the cluster of the current kubectl context
  --help       shows the usage`;

/** Short, so that the problem is not scrolled away. */
const unknownCommand = (name: string): UsageError =>
  new UsageError(
    `There is no command ${name}`,
    `The commands are ${[...subcommands.keys()].join(', ')}; npm run operator -- help describes them`,
  );

const globalOptions = {
  by: { type: 'string' },
  cluster: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type ParsedOperatorArgs =
  | { readonly help: string }
  | {
      readonly help?: undefined;
      readonly name: string;
      /** Of the subcommand. */
      readonly args: readonly string[];
      readonly by: string;
      readonly isInCluster: boolean;
    };

/**
 * Reads the name of the subcommand and the options that all of them have, which may stand anywhere.
 * @throws UsageError
 */
export const readOperatorArgs = (given: readonly string[]): ParsedOperatorArgs => {
  const { values, tokens } = parseArgs({
    args: [...given],
    options: globalOptions,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const taken = new Set(
    tokens
      .filter((token) => token.kind === 'option' && token.name in globalOptions)
      .flatMap((token) =>
        token.kind === 'option' && token.value !== undefined && !token.inlineValue
          ? [token.index, token.index + 1]
          : [token.index],
      ),
  );
  const [name, ...args] = given.filter((_, index) => !taken.has(index));
  const isHelp = values.help === true || name === 'help' || name === undefined;
  const subcommand = subcommands.get((name === 'help' ? args[0] : name) ?? '');
  if (isHelp) return { help: subcommand?.usage ?? help };
  if (subcommand === undefined) throw unknownCommand(name);
  const { by = operatorName() } = values;
  if (typeof by !== 'string' || by.trim() === '') throw new UsageError('--by needs a name', help);
  return { name, args, by: by.trim(), isInCluster: values.cluster === true };
};

/** The user of a container may have no name. */
const operatorName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

const longestResult = 2_000;
const mostArgs = 200;

/**
 * Runs a subcommand and returns its exit code. The log has it before anything is requested or read, and its result afterwards;
 * when the log cannot be written, nothing is done.
 * @throws UsageError, NotFoundError and what the subcommand throws.
 */
export const runOperatorCommand = async (
  { name, ...run }: CommandRun & { readonly name: string },
  now: () => Date = () => new Date(),
): Promise<number> => {
  const subcommand = subcommands.get(name);
  if (subcommand === undefined) throw unknownCommand(name);
  const args = await withIds(run.databases, run.args);
  if (subcommand.run === runLogCommand) return runLogCommand({ ...run, args });
  const log = run.databases.of.auth.collection<OperatorAction>(operatorActions.name);
  const _id = newId();
  await log.insertOne({ _id, at: now(), by: run.by, action: name, args: args.slice(0, mostArgs) });
  const isLookup = subcommand.isLookup?.(args) ?? false;
  const lines: string[] = [];
  const complete = (exitCode: number, result: string) =>
    log.updateOne(
      { _id },
      {
        $set: {
          doneAt: now(),
          exitCode,
          ...(result === '' ? {} : { result: result.slice(0, longestResult) }),
        },
      },
    );
  const print = (line: string): void => {
    run.print(line);
    if (!isLookup) lines.push(line);
  };
  try {
    const exitCode = await subcommand.run({ ...run, args, print });
    await complete(exitCode, lines.join('\n'));
    return exitCode;
  } catch (error) {
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    await complete(error instanceof NotFoundError ? 1 : 2, [...lines, problem].join('\n'));
    throw error;
  }
};

/** ASCII alone, as auth stores e-mails. */
const inLowerCase = (text: string): string => text.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());

/**
 * Ids in place of what an operator may have at hand: an address of the site that contains one, or the e-mail of an account,
 * since the log is kept for longer than an account may be. Reasons are left as they are.
 */
const withIds = (databases: Databases, args: readonly string[]): Promise<string[]> =>
  Promise.all(
    args.map(async (given, index) => {
      if (args[index - 1] === '--reason' || given.startsWith('-')) return given;
      const text = given.trim();
      const [, ofAddress] = /^https?:\/\/[^/]+\/[^?#]*?\b([\da-f]{24})\b/.exec(text) ?? [];
      if (ofAddress !== undefined) return ofAddress;
      const [, name = '', domain = ''] = /^([^\s@]+)@([^\s@]+)$/.exec(text) ?? [];
      if (domain === '') return text;
      const email = inLowerCase(`${name}@${/^[ -~]*$/.test(domain) ? domain : domainToASCII(domain)}`);
      const users = databases.of.auth.collection<{ readonly _id: string; readonly email: string }>('users');
      const user = await users.findOne({ email }, { projection: { _id: 1 } });
      if (user === null) throw new NotFoundError(`No account has the e-mail ${text}`);
      return user._id;
    }),
  );
