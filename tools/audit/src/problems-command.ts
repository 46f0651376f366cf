import type { CommandRun } from './command-run.ts';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';

interface StoredOrder {
  readonly _id: string;
  readonly sellerId?: string;
  readonly userId?: string;
  readonly ticket?: { readonly id?: string; readonly title?: string };
  readonly problem?: { readonly text?: string; readonly at?: Date };
}

export const problemsUsage = `npm run operator -- problems
  prints the problems that buyers have reported and nobody has settled, the oldest first`;

const limit = 1_000;

/**
 * Prints the problems that buyers have reported and nobody has settled, the oldest first. Returns the exit code, which is 0.
 * @throws UsageError
 */
export const runProblemsCommand = async ({ databases, args, print }: CommandRun): Promise<number> => {
  if (args.length > 0) throw new UsageError('No arguments are needed', problemsUsage);
  const orders = databases.of.orders.collection<StoredOrder>('orders');
  const open = { 'problem.at': { $exists: true } };
  const found = await orders.find(open, { sort: { 'problem.at': 1 }, limit }).toArray();
  for (const { _id, userId = '', sellerId = '', ticket, problem } of found) {
    print(`order ${_id}, reported ${problem?.at?.toISOString() ?? ''}, buyer ${userId}, seller ${sellerId}`);
    print(`  ticket ${ticket?.id ?? ''}: ${printable(ticket?.title ?? '').replaceAll('\n', ' ')}`);
    for (const line of printable(problem?.text ?? '').split('\n')) print(`  | ${line}`);
  }
  const more = (await orders.countDocuments(open)) - found.length;
  print(more > 0 ? `and ${more} more` : `${found.length} open`);
  return 0;
};
