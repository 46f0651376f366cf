import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { ticketCategories } from '@ticketing/common/events';
import { maxListed } from '@ticketing/common/http';
import { isTimeout } from '@ticketing/common/mongo';
import type { Filter, Sort } from 'mongodb';
import { cityKey } from '../domain/listing.ts';
import { searchWords, wordPattern } from '../domain/search-words.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

export const ticketSorts = ['newest', 'oldest', 'price', '-price', 'date'] as const;

export interface ListTickets {
  /** A seller whose tickets are listed, held, sold and withdrawn ones too; without it, all tickets on sale. */
  readonly userId?: string | undefined;
  readonly q?: string | undefined;
  readonly category?: (typeof ticketCategories)[number] | undefined;
  readonly city?: string | undefined;
  /** Minor units. */
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly sort: (typeof ticketSorts)[number];
  readonly page: number;
  readonly limit: number;
}

export type ListedTicket = Omit<TicketDocument, 'description' | 'outbox' | 'closedOrders'>;

const sorts: Record<ListTickets['sort'], Sort> = {
  newest: { createdAt: -1, _id: -1 },
  oldest: { createdAt: 1, _id: 1 },
  price: { price: 1, _id: 1 },
  '-price': { price: -1, _id: -1 },
  date: { startsAt: 1, _id: 1 },
};

const between = <Value>(least: Value | undefined, most: Value | undefined) => ({
  ...(least === undefined ? {} : { $gte: least }),
  ...(most === undefined ? {} : { $lte: most }),
});

/**
 * On sale, by the text index, which holds only those; each word is a phrase, since MongoDB otherwise finds tickets with any of
 * the words instead of all. A seller's own tickets have no text index: sold ones would make every search slower.
 */
const matching = (words: readonly string[], userId: string | undefined): Filter<TicketDocument> => {
  if (words.length === 0) return { _id: { $in: [] } };
  if (userId === undefined) return { $text: { $search: words.map((word) => `"${word}"`).join(' ') } };
  return {
    $and: words.map((word) => {
      const pattern = { $regex: wordPattern(word), $options: 'i' };
      return { $or: [{ title: pattern }, { venue: pattern }, { city: pattern }] };
    }),
  };
};

/** A list that takes longer than this must not go on reading: its caller has given up. */
const timeoutMs = 5_000;

/**
 * A page of tickets without their descriptions, and how many there are, counted up to one more than can be listed.
 * @throws ServiceUnavailableError when the database takes too long.
 */
export const listTickets = async (
  deps: Pick<Deps, 'tickets'>,
  request: ListTickets,
  maxTimeMS = timeoutMs,
): Promise<{ readonly tickets: ListedTicket[]; readonly total: number }> => {
  const price = between(request.minPrice, request.maxPrice);
  const startsAt = between(request.from, request.to);
  const filter: Filter<TicketDocument> = {
    ...(request.userId === undefined ? { availability: 'on_sale' as const } : { userId: request.userId }),
    ...(request.q === undefined ? {} : matching(searchWords(request.q), request.userId)),
    ...(request.category === undefined ? {} : { category: request.category }),
    ...(request.city === undefined ? {} : { cityKey: cityKey(request.city) }),
    ...(Object.keys(price).length === 0 ? {} : { price }),
    // Sorted by date, tickets without a date are left out; MongoDB would list them first.
    ...(Object.keys(startsAt).length > 0
      ? { startsAt }
      : request.sort === 'date'
        ? { startsAt: { $gt: new Date(0) } }
        : {}),
  };
  try {
    const [tickets, total] = await Promise.all([
      deps.tickets
        .find<ListedTicket>(filter, {
          projection: { outbox: 0, closedOrders: 0, creation: 0, description: 0 },
          maxTimeMS,
        })
        .sort(sorts[request.sort])
        .skip((request.page - 1) * request.limit)
        .limit(request.limit)
        .toArray(),
      deps.tickets.countDocuments(filter, { limit: maxListed + 1, maxTimeMS }),
    ]);
    return { tickets, total };
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new ServiceUnavailableError('This search takes too long, please add a word or a filter', { cause: error });
  }
};
