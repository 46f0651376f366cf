import { readInTime } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { listedProjection, type ListedTicket } from './list-tickets.ts';

/** Some tickets of a seller, and the sum of their prices in minor units. */
export interface Sum {
  readonly count: number;
  readonly total: number;
}

export interface Summary {
  readonly onSale: Sum;
  readonly held: Sum;
  /** With those of them that must be delivered first. */
  readonly toDeliver: Sum & { readonly first: ListedTicket[] };
}

/** As many as a page of a list has by default. */
const maxFirst = 20;

const maxTimeMS = 5_000;

const none: Sum = { count: 0, total: 0 };
const sum = { count: { $sum: 1 }, total: { $sum: '$price' } } as const;

/** What a seller has not sold, summed up from an index alone. */
export const unsoldOf = (userId: string) =>
  [
    [{ $match: { userId, availability: { $in: ['on_sale', 'held'] } } }, { $group: { _id: '$availability', ...sum } }],
    { hint: 'unsold_prices_of_seller', maxTimeMS },
  ] as const;

const isDue = (userId: string) => ({ userId, dueAt: { $gt: new Date(0) } });

/** What a seller has to deliver, summed up from an index alone. */
export const dueOf = (userId: string) =>
  [
    [{ $match: isDue(userId) }, { $group: { _id: null, ...sum } }],
    { hint: 'deliveries_of_seller', maxTimeMS },
  ] as const;

/** How a seller's listings stand. @throws ServiceUnavailableError when the database takes too long. */
export const getSummary = ({ tickets }: Pick<Deps, 'tickets'>, userId: string): Promise<Summary> =>
  readInTime('Your tickets take too long to count, please try again', async () => {
    const [unsold, unsoldOptions] = unsoldOf(userId);
    const [due, dueOptions] = dueOf(userId);
    const [sums, [toDeliver = none], first] = await Promise.all([
      tickets.aggregate<Sum & { readonly _id: string }>([...unsold], unsoldOptions).toArray(),
      tickets.aggregate<Sum>([...due], dueOptions).toArray(),
      tickets
        .find<ListedTicket>(isDue(userId), { projection: listedProjection, hint: 'deliveries_of_seller', maxTimeMS })
        .sort({ dueAt: 1, _id: 1 })
        .limit(maxFirst)
        .toArray(),
    ]);
    const sumOf = (availability: string): Sum => sums.find(({ _id }) => _id === availability) ?? none;
    return { onSale: sumOf('on_sale'), held: sumOf('held'), toDeliver: { ...toDeliver, first } };
  });
