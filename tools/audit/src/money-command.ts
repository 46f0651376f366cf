import { openDisputeStatuses } from '@ticketing/common/events';
import type { CommandRun } from './command-run.ts';
import { moneyText } from './money-text.ts';
import { valueAt, type StoredDocument } from './stored-document.ts';
import { UsageError } from './usage-error.ts';

export const moneyUsage = `npm run operator -- money
  prints the payments that wait for an operator: failed refunds, disputes, refused transfers, debts of sellers`;

/** What the gauges of payments count, which have alerts. */
const kinds: readonly { readonly title: string; readonly filter: object; readonly amount: string }[] = [
  {
    title: 'Money of buyers whose refunds have failed (RefundFailed):',
    filter: { owed: { $gt: 0 }, $or: [{ refundDue: { $exists: false } }, { refundOrdered: { $exists: true } }] },
    amount: 'owed',
  },
  {
    title: 'Open disputes (DisputeOpen):',
    filter: { 'dispute.status': { $in: [...openDisputeStatuses] } },
    amount: 'dispute.amount',
  },
  {
    title: 'Transfers to sellers that Stripe refuses or does not respond to (TransfersRefused):',
    filter: { 'payoutDue.failing': 'transfer' },
    amount: 'left',
  },
  {
    title: 'Transfers that Stripe cannot take back from sellers (SellerDebts):',
    filter: { 'payoutDue.failing': 'reversal' },
    amount: 'sent',
  },
];

/** Of each kind. */
const limit = 200;

/**
 * Prints the payments that wait for an operator. Returns the exit code, which is 0.
 * @throws UsageError
 */
export const runMoneyCommand = async ({ databases, args, print }: CommandRun): Promise<number> => {
  if (args.length > 0) throw new UsageError('No arguments are needed', moneyUsage);
  const charges = databases.of.payments.collection<StoredDocument>('payments');
  let total = 0;
  for (const { title, filter: wanted, amount } of kinds) {
    const filter = { ...wanted };
    const found = await charges.find(filter, { sort: { _id: 1 }, limit }).toArray();
    if (found.length === 0) continue;
    const count = await charges.countDocuments(filter);
    total += count;
    print(title);
    for (const charge of found) print(`  ${describe(charge, amount)}`);
    if (count > found.length) print(`  and ${count - found.length} more`);
  }
  print(total === 0 ? 'No payment waits for an operator' : `${total} in all`);
  return 0;
};

const describe = (charge: StoredDocument, amount: string): string => {
  const text = (path: string): string => {
    const value = valueAt(charge, path);
    return typeof value === 'string' ? value : 'unknown';
  };
  return [
    `order ${charge._id}`,
    moneyText(Number(valueAt(charge, amount) ?? valueAt(charge, 'amount')), charge['currency']),
    `payment ${text('status')}`,
    `buyer ${text('order.userId')}`,
    `seller ${text('order.sellerId')}`,
    text('stripeId'),
  ].join(', ');
};
