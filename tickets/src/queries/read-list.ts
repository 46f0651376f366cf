import type { TicketCategory } from '@ticketing/common/events';
import { maxListed } from '@ticketing/common/http';
import { readInTime } from '@ticketing/common/mongo';
import type { Collection, Document, Sort } from 'mongodb';
import { categoryTerm, cityTerm, pairTerm, searchTerms, type SearchTerm } from '../domain/search-keys.ts';

export const listSorts = ['newest', 'oldest', 'price', '-price', 'date'] as const;

/** What lists of tickets and of events can be asked for. */
export interface ListRequest {
  readonly q?: string | undefined;
  readonly category?: TicketCategory | undefined;
  readonly city?: string | undefined;
  /** Minor units. */
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly eventId?: string | undefined;
  /** Of the entries themselves. */
  readonly ids?: readonly string[] | undefined;
  readonly sort: (typeof listSorts)[number];
  readonly page: number;
  readonly limit: number;
}

export interface ListPage<Entry> {
  readonly entries: Entry[];
  /** At most one more than can be listed. */
  readonly total: number;
  /** Whether there may be more than `total`. */
  readonly isCapped: boolean;
}

/** What a list is read from, and how. */
export interface ListSource {
  readonly collection: Pick<Collection<{ _id: string }>, 'find' | 'aggregate' | 'countDocuments'>;
  /** A seller whose tickets are listed, whatever their state; without it, what is on sale. */
  readonly userId?: string | undefined;
  readonly projection: Document;
  readonly now: Date;
  readonly maxTimeMS?: number | undefined;
}

/** A list that takes longer than this must not go on reading: its caller has given up. */
const timeoutMs = 5_000;

/** So many entries of a list are read and sorted; where there may be more, an index gives them in order. */
export const maxSorted = 1_000;

/** So many terms, and pairs of terms, are counted to find the rarest. */
const maxCompared = 6;

/** So many entries of the rarest condition are checked for the others to count what matches, if it has more than `maxSorted`. */
const maxChecked = 500;

const orders: Record<ListRequest['sort'], { readonly sort: Sort; readonly index: string }> = {
  newest: { sort: { createdAt: -1, _id: -1 }, index: 'on_sale_newest' },
  oldest: { sort: { createdAt: 1, _id: 1 }, index: 'on_sale_newest' },
  price: { sort: { price: 1, _id: 1 }, index: 'on_sale_price' },
  '-price': { sort: { price: -1, _id: -1 }, index: 'on_sale_price' },
  date: { sort: { startsAt: 1, _id: 1 }, index: 'on_sale_date' },
};

/** A condition of a request: entries are read by its index, or are checked for it. */
interface Condition {
  readonly index: string;
  readonly bounds: Document;
  readonly check: Document;
  /** Whether its index gives what is on sale in the order in which it was listed. */
  readonly isByAge?: boolean;
}

const byTerm = ({ keys }: SearchTerm): Condition => ({
  index: 'on_sale_words',
  bounds: { words: { $in: [...keys] } },
  // No index reads two terms of one array, and MongoDB must not choose the one that it reads.
  check: { $nor: [{ words: { $nin: [...keys] } }] },
  isByAge: keys.every((key) => typeof key === 'string'),
});

const byRange = (index: string, bounds: Document): Condition => ({ index, bounds, check: bounds });

const between = <Value>(least: Value | undefined, most: Value | undefined) => ({
  ...(least === undefined ? {} : { $gte: least }),
  ...(most === undefined ? {} : { $lte: most }),
});

const termsOf = ({ q, category, city }: ListRequest): SearchTerm[] => [
  ...(q === undefined ? [] : searchTerms(q)),
  ...(category === undefined ? [] : [categoryTerm(category)]),
  ...(city === undefined ? [] : [cityTerm(city)]),
];

const rangesOf = ({ minPrice, maxPrice, from, to, eventId, ids }: ListRequest, after: Document): Condition[] => [
  ...(ids === undefined ? [] : [byRange('_id_', { _id: { $in: [...ids] } })]),
  ...(eventId === undefined ? [] : [byRange('on_sale_by_event', { eventId })]),
  ...(minPrice === undefined && maxPrice === undefined
    ? []
    : [byRange('on_sale_price', { price: between(minPrice, maxPrice) })]),
  ...(from === undefined && to === undefined
    ? []
    : [byRange('on_sale_date', { startsAt: { ...after, ...between(from, to) } })]),
];

/** What two terms have in common, for those that pairs name. */
const byPairs = (terms: readonly SearchTerm[]): Condition[] =>
  terms
    .flatMap((one, index) => terms.slice(index + 1).map((other) => pairTerm(one, other)))
    .filter((pair) => pair !== undefined)
    .map(byTerm);

interface Sized {
  readonly condition: Condition;
  readonly size: number;
}

const rarestOf = (sized: readonly Sized[]): Sized | undefined =>
  sized.toSorted((one, other) => one.size - other.size)[0];

const checksOf = (conditions: readonly Condition[], without?: Condition): Document[] =>
  conditions.filter((condition) => condition !== without).map(({ check }) => check);

const allOf = (checks: readonly Document[]): Document => (checks.length === 0 ? {} : { $and: [...checks] });

/**
 * A page of what is on sale. The condition with the fewest entries gives the index by which they are read, and they are sorted in
 * memory. Where every condition has many, a page is found in the order of an index, since an entry in a few matches, and only
 * the first entries of that condition are counted. Two common terms that few listings have together are one condition.
 */
const readOnSale = async <Entry extends Document>(
  source: ListSource,
  request: ListRequest,
): Promise<ListPage<Entry>> => {
  const { collection, now, projection, maxTimeMS = timeoutMs } = source;
  const base = { availability: 'on_sale' };
  const count = (filter: Document, hint: string, limit: number) =>
    collection.countDocuments({ ...base, ...filter }, { hint, limit, maxTimeMS });
  const sizeOf = async (condition: Condition): Promise<Sized> => ({
    condition,
    size: await count(condition.bounds, condition.index, maxSorted),
  });
  const notBegun = { $gt: now };
  const terms = termsOf(request);
  const [byTerms, ranges] = [terms.map(byTerm), rangesOf(request, notBegun)];
  const conditions = [...byTerms, ...ranges];
  const { sort, index: orderIndex } = orders[request.sort];
  const isDated = request.sort === 'date';
  const [sizes, begun] = await Promise.all([
    Promise.all([...byTerms.slice(0, maxCompared), ...ranges].map(sizeOf)),
    // A worker takes them off sale within seconds, so that there are seldom any.
    isDated ? 0 : count({ startsAt: { $lte: now } }, 'on_sale_date', 1),
  ]);
  // Sorted by date, tickets without a date are left out; MongoDB would list them first.
  const dates = isDated ? [{ startsAt: notBegun }] : begun > 0 ? [{ startsAt: { $not: { $lte: now } } }] : [];
  let read = rarestOf(sizes);
  const pairs = byPairs(terms).slice(0, maxCompared);
  if (read !== undefined && read.size >= maxSorted && pairs.length > 0)
    read = rarestOf(await Promise.all(pairs.map(sizeOf)));
  const isFew = read !== undefined && read.size < maxSorted;
  const isInOrder = read?.condition.isByAge === true && orderIndex === 'on_sale_newest';
  const by = isFew || isInOrder ? read?.condition : undefined;
  const filter = { ...base, ...by?.bounds, ...allOf([...checksOf(conditions, by), ...dates]) };
  const hint = by?.index ?? orderIndex;

  const total = async (): Promise<{ readonly total: number; readonly isCapped?: boolean }> => {
    const { condition, size = 0 } = read ?? {};
    const checks = [...checksOf(conditions, condition), ...dates];
    if (isFew && checks.length === 0) return { total: size };
    if (isFew || condition === undefined || checks.length === 0) {
      return {
        total: await count({ ...condition?.bounds, ...allOf(checks) }, condition?.index ?? hint, maxListed + 1),
      };
    }
    const [counted] = await collection
      .aggregate<{ readonly total: number }>(
        [
          { $match: { ...base, ...condition.bounds } },
          { $limit: maxChecked },
          { $match: allOf(checks) },
          { $count: 'total' },
        ],
        { hint: condition.index, maxTimeMS },
      )
      .toArray();
    return { total: counted?.total ?? 0, isCapped: true };
  };
  const skipped = (request.page - 1) * request.limit;
  const [found, counted] = await Promise.all([
    collection
      .find<Entry>(filter, { projection, hint, maxTimeMS, sort, skip: skipped, limit: request.limit + 1 })
      .toArray(),
    total(),
  ]);
  const entries = found.slice(0, request.limit);
  const end = skipped + found.length;
  // The end of the list has been seen.
  if (found.length <= request.limit && (found.length > 0 || skipped === 0))
    return { entries, total: end, isCapped: false };
  return { entries, total: Math.max(counted.total, found.length === 0 ? 0 : end), isCapped: counted.isCapped ?? false };
};

/** A page of what a seller has listed, which is read by one index: sold tickets in others would make every search slower. */
const readOwn = async <Entry extends Document>(
  source: ListSource,
  userId: string,
  request: ListRequest,
): Promise<ListPage<Entry>> => {
  const { collection, projection, maxTimeMS = timeoutMs } = source;
  const conditions = [...termsOf(request).map(byTerm), ...rangesOf(request, {})];
  const dates = request.sort === 'date' ? [{ startsAt: { $gt: new Date(0) } }] : [];
  const filter = { userId, ...allOf([...checksOf(conditions), ...dates]) };
  const { sort } = orders[request.sort];
  const [entries, total] = await Promise.all([
    collection
      .find<Entry>(filter, {
        projection,
        maxTimeMS,
        sort,
        skip: (request.page - 1) * request.limit,
        limit: request.limit,
      })
      .toArray(),
    collection.countDocuments(filter, { limit: maxListed + 1, maxTimeMS }),
  ]);
  return { entries, total, isCapped: false };
};

/**
 * A page of a list, and how many entries it has, as far as they are counted.
 * @throws ServiceUnavailableError when the database takes too long.
 */
export const readList = async <Entry extends Document>(
  source: ListSource,
  request: ListRequest,
): Promise<ListPage<Entry>> => {
  if (request.q !== undefined && searchTerms(request.q).length === 0) return { entries: [], total: 0, isCapped: false };
  const { userId } = source;
  return readInTime('This search takes too long, please add a word or a filter', () =>
    userId === undefined ? readOnSale(source, request) : readOwn(source, userId, request),
  );
};
