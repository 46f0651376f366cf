import type { ticketCategories } from '@ticketing/common/events';
import type { Filter, Sort } from 'mongodb';
import { cityKey } from '../domain/listing.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';

export const ticketSorts = ['newest', 'oldest', 'price', '-price', 'date'] as const;

export interface ListTickets {
  /** A seller whose tickets are listed, held and sold ones too; without it, all tickets on sale. */
  readonly userId?: string | undefined;
  readonly q?: string | undefined;
  readonly category?: (typeof ticketCategories)[number] | undefined;
  readonly city?: string | undefined;
  /** Cents. */
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly sort: (typeof ticketSorts)[number];
  readonly page: number;
  readonly limit: number;
}

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

/** Where MongoDB's text index ends a word. */
const betweenWords = /[\p{Pattern_Syntax}\p{Dash}\p{Quotation_Mark}\p{Terminal_Punctuation}\p{White_Space}]+/u;

/** Each word as a phrase, since MongoDB otherwise finds tickets with any of the words instead of all. */
const everyWord = (q: string): string =>
  q
    .split(betweenWords)
    .filter((word) => word !== '')
    .map((word) => `"${word}"`)
    .join(' ');

/** A page of tickets and their total number. */
export const listTickets = async (
  deps: Deps,
  request: ListTickets,
): Promise<{ readonly tickets: TicketDocument[]; readonly total: number }> => {
  const price = between(request.minPrice, request.maxPrice);
  const startsAt = between(request.from, request.to);
  const filter: Filter<TicketDocument> = {
    ...(request.userId === undefined ? { availability: 'on_sale' as const } : { userId: request.userId }),
    ...(request.q === undefined ? {} : { $text: { $search: everyWord(request.q) } }),
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
  const [tickets, total] = await Promise.all([
    deps.tickets
      .find(filter, { projection: { outbox: 0, closedOrders: 0 } })
      .sort(sorts[request.sort])
      .skip((request.page - 1) * request.limit)
      .limit(request.limit)
      .toArray(),
    deps.tickets.countDocuments(filter),
  ]);
  return { tickets, total };
};
