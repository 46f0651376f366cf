import { lineOfText } from '@ticketing/common/http';
import type { Databases } from '@ticketing/watchdog/sources';
import { parseArgs } from 'node:util';
import type { CommandRun } from './command-run.ts';
import { requestOperation, type Outcomes } from './request-operation.ts';
import { UsageError } from './usage-error.ts';

interface StoredCharge {
  readonly _id: string;
  readonly status?: string;
  readonly order?: { readonly eventId?: string };
  readonly openAttempt?: { readonly at: Date };
}

export const refundUsage = `npm run operator -- refund <order>… --reason <text>
npm run operator -- refund --event <id> --reason <text>
  returns what is left of the payments of these orders, or of all orders of an event; buyers and sellers are told the text`;

const refundOutcomes: Outcomes = {
  ordered: { text: 'is being refunded', isDone: true },
  under_way: { text: 'is being refunded already', isDone: true },
  returned: { text: 'has been refunded before', isDone: true },
  not_paid: { text: 'is not paid, or does not exist: nothing to refund', isDone: false },
};

export const releaseUsage = `npm run operator -- release <order>… --reason <text>
  settles the problems that buyers have reported, so that the sellers are paid`;

const releaseOutcomes: Outcomes = {
  settled: { text: 'has no open problem any more', isDone: true },
  settled_before: { text: 'has no open problem any more: it was settled before', isDone: true },
  reported_again: { text: 'has another problem, reported just now: see npm run operator -- problems', isDone: false },
  no_problem: { text: 'has no open problem', isDone: false },
};

/** Mails tell it, and an event with it has 4 KB at most. */
const reasonText = lineOfText('Reason', 200);

/**
 * Asks the running payments to refund orders, prints what happens to each, and returns the exit code: 1 if one is not refunded.
 * @throws UsageError
 */
export const runRefundCommand = async (command: CommandRun): Promise<number> => {
  const { subjects: orderIds, event, reason } = readArgs(command.args, refundUsage);
  if ((event === undefined) === (orderIds.length === 0))
    throw new UsageError('Either orders or an event is needed', refundUsage);
  const { paid, beingPaid } =
    event === undefined ? { paid: orderIds, beingPaid: [] } : await ordersOf(command.databases, event);
  for (const orderId of beingPaid)
    command.print(
      `order ${orderId} is being paid now: repeat this command in some minutes, since it may be paid by then`,
    );
  if (paid.length === 0) {
    command.print(`No paid order is for event ${event ?? ''}`);
    return 1;
  }
  const code = await carryOut(command, { action: 'refund', ids: paid, reason, outcomes: refundOutcomes });
  return beingPaid.length > 0 ? 1 : code;
};

/**
 * Asks the running payments to settle the problems of orders; prints and returns as `runRefundCommand`.
 * @throws UsageError
 */
export const runReleaseCommand = async (command: CommandRun): Promise<number> => {
  const { subjects: orderIds, event, reason } = readArgs(command.args, releaseUsage);
  if (event !== undefined || orderIds.length === 0) throw new UsageError('An order is needed', releaseUsage);
  return carryOut(command, { action: 'release', ids: orderIds, reason, outcomes: releaseOutcomes });
};

/** @throws UsageError */
export const readArgs = (args: readonly string[], usage: string) => {
  const { values, positionals } = parse(args, usage);
  const { data: reason, error } = reasonText.safeParse(values.reason ?? '');
  if (error !== undefined) throw new UsageError(error.issues.map(({ message }) => message).join('; '), usage);
  return { subjects: [...new Set(positionals)], event: values.event, reason };
};

const parse = (args: readonly string[], usage: string) => {
  try {
    return parseArgs({
      args: [...args],
      options: { reason: { type: 'string' }, event: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), usage);
  }
};

/** Those being paid are read first: one that is paid between the reads is found by the second. */
const ordersOf = async (databases: Databases, eventId: string) => {
  const charges = databases.of.payments.collection<StoredCharge>('payments');
  const projection = { _id: 1 } as const;
  const ofEvent = { 'order.eventId': eventId } as const;
  const unfinished = await charges.find({ ...ofEvent, 'openAttempt.at': { $exists: true } }, { projection }).toArray();
  const found = await charges.find({ ...ofEvent, status: 'completed' }, { projection }).toArray();
  const paid = found.map(({ _id }) => _id);
  return { paid, beingPaid: unfinished.map(({ _id }) => _id).filter((orderId) => !paid.includes(orderId)) };
};

const carryOut = async (
  command: CommandRun,
  request: {
    readonly action: 'refund' | 'release';
    readonly ids: readonly string[];
    readonly reason: string;
    readonly outcomes: Outcomes;
  },
): Promise<number> => {
  const { action, ids: subjects, reason, outcomes } = request;
  const operation = {
    action,
    kind: 'order',
    subjects,
    reason,
    outcomes,
    notDone: 'waits: payments goes on once it runs and can reach its database, within an hour',
  };
  return (await requestOperation(command.databases.of.payments, operation, command)) ? 0 : 1;
};
