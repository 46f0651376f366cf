import { currencyOf, toMinor } from '@ticketing/common/money';
import type { Databases } from '@ticketing/watchdog/sources';
import type { CommandRun } from './command-run.ts';
import { commandWithReason, readArgs } from './command-with-reason.ts';
import { requestOperation, type Outcomes } from './request-operation.ts';
import { UsageError } from './usage-error.ts';

interface StoredCharge {
  readonly _id: string;
  readonly status?: string;
  readonly currency?: string;
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

export const recordRefundUsage = `npm run operator -- record-refund <order> --amount <amount> --reason <text>
  records that you have returned all that a buyer is owed after a failed refund outside Stripe, such as by bank transfer; the
  amount is what npm run operator -- money lists, such as 19.99; the buyer gets a mail without the text`;

const recordRefundOutcomes: Outcomes = {
  recorded: { text: 'owes nothing any more, and the buyer is told', isDone: true },
  recorded_before: { text: 'owes nothing any more: this was recorded before', isDone: true },
  other_amount: { text: 'owes another amount: see npm run operator -- money', isDone: false },
  not_owed: { text: 'owes its buyer nothing, or does not exist', isDone: false },
  being_refunded: {
    text: 'may be refunded at Stripe at this moment: look at npm run operator -- money in some minutes, and repeat this if it still lists the order',
    isDone: false,
  },
};

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
  const { subjects: orderIds, event, amount, reason } = readArgs(command.args, refundUsage);
  if (amount !== undefined) throw new UsageError('All that is left is refunded: there is no --amount', refundUsage);
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

/**
 * Asks the running payments to record that what an order owes its buyer was returned outside Stripe. Returns the exit code.
 * @throws UsageError
 */
export const runRecordRefundCommand = async (command: CommandRun): Promise<number> => {
  const { subjects, event, amount: text, reason } = readArgs(command.args, recordRefundUsage);
  if (event !== undefined || subjects.length !== 1) throw new UsageError('Name one order', recordRefundUsage);
  const charges = command.databases.of.payments.collection<StoredCharge>('payments');
  const [orderId = ''] = subjects;
  const { currency } = (await charges.findOne({ _id: orderId }, { projection: { currency: 1 } })) ?? {};
  if (currency === undefined) {
    command.print(`order ${orderId} ${recordRefundOutcomes['not_owed']?.text ?? ''}`);
    return 1;
  }
  const amount = /^\d+(\.\d+)?$/.test(text ?? '') ? toMinor(currencyOf(currency), Number(text)) : undefined;
  if (amount === undefined)
    throw new UsageError(`--amount needs an amount in ${currency.toUpperCase()}, such as 19.99`, recordRefundUsage);
  return requestOperation(command, {
    action: 'record-refund',
    service: 'payments',
    kind: 'order',
    subjects,
    reason,
    amount,
    outcomes: recordRefundOutcomes,
  });
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
