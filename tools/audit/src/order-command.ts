import type { Databases } from '@ticketing/watchdog/sources';
import type { CommandRun } from './command-run.ts';
import { commandWithReason, readArgs } from './command-with-reason.ts';
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
  disputed: {
    text: 'is disputed: it is refunded once the bank has decided; to end the dispute now, accept it in Stripe’s dashboard',
    isDone: false,
  },
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
  const code = await requestOperation(command, {
    action: 'refund',
    service: 'payments',
    kind: 'order',
    subjects: paid,
    reason,
    outcomes: refundOutcomes,
  });
  return beingPaid.length > 0 ? 1 : code;
};

/** Asks the running payments to settle the problems of orders. Returns the exit code; throws UsageError. */
export const runReleaseCommand = commandWithReason({
  action: 'release',
  service: 'payments',
  kind: 'order',
  usage: releaseUsage,
  outcomes: releaseOutcomes,
});

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
