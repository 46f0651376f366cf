import type { CommandRun } from './command-run.ts';
import { formatTable } from './format-table.ts';
import { UsageError } from './usage-error.ts';

interface Seller {
  readonly _id: string;
  readonly sales: number;
  readonly latestOrder: string;
  readonly itsTicket?: string | null;
}

export const undeliveredUsage = `npm run operator -- undelivered
  counts the sales of the last week that were undone since nothing was delivered, by seller, the most first`;

/** Sellers that are listed. */
const limit = 200;
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
  const sellers = await databases.of.orders
    .collection('orders')
    .aggregate<Seller>([
      { $match: { _id: { $gte: firstIdAt(Date.now() - weekMs) }, reason: 'not_delivered' } },
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: { $ifNull: ['$sellerId', 'unknown'] },
          sales: { $sum: 1 },
          latestOrder: { $last: '$_id' },
          itsTicket: { $last: '$ticket.id' },
        },
      },
      { $sort: { sales: -1, _id: 1 } },
    ])
    .toArray();
  const rows = sellers
    .slice(0, limit)
    .map(({ _id, sales, latestOrder, itsTicket }) => [_id, sales, latestOrder, itsTicket ?? '']);
  if (rows.length > 0) print(formatTable(['seller', 'sales', 'latest order', 'its ticket'], rows));
  if (sellers.length > limit) print(`and ${sellers.length - limit} more sellers`);
  const total = sellers.reduce((sum, { sales }) => sum + sales, 0);
  print(`${total} sales not delivered, of ${sellers.length} sellers`);
  return 0;
};
