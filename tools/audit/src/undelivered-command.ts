import type { CommandRun } from './command-run.ts';
import { formatTable } from './format-table.ts';
import { UsageError } from './usage-error.ts';

interface StoredOrder {
  readonly _id: string;
  readonly reason?: string;
  readonly sellerId?: string;
  readonly ticket?: { readonly id?: string };
}

export const undeliveredUsage = `npm run operator -- undelivered
  counts the sales of the last week that were undone since nothing was delivered, by seller, the most first`;

const weekMs = 7 * 24 * 60 * 60_000;

/** Ids begin with the time of their creation. */
const firstIdAt = (time: number): string =>
  `${Math.floor(time / 1000)
    .toString(16)
    .padStart(8, '0')}${'0'.repeat(16)}`;

/**
 * Counts, by seller, the orders of the last week that were cancelled as not delivered. Returns the exit code, which is 0.
 * @throws UsageError
 */
export const runUndeliveredCommand = async ({ databases, args, print }: CommandRun): Promise<number> => {
  if (args.length > 0) throw new UsageError('No arguments are needed', undeliveredUsage);
  const orders = databases.of.orders.collection<StoredOrder>('orders');
  const found = await orders
    .find(
      { _id: { $gte: firstIdAt(Date.now() - weekMs) }, reason: 'not_delivered' },
      { projection: { sellerId: 1, 'ticket.id': 1 }, sort: { _id: 1 } },
    )
    .toArray();
  const sellers = Map.groupBy(found, ({ sellerId = 'unknown' }) => sellerId);
  const rows = [...sellers]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([seller, sales]) => [seller, sales.length, sales.at(-1)?._id ?? '', sales.at(-1)?.ticket?.id ?? '']);
  if (rows.length > 0) print(formatTable(['seller', 'sales', 'latest order', 'its ticket'], rows));
  print(`${found.length} sales not delivered, of ${rows.length} sellers`);
  return 0;
};
