import { byId, isPartlyRefused } from '@ticketing/common/mongo';
import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '../deps.ts';
import { searchKeys } from '../domain/search-keys.ts';
import { isForgotten } from '../models/event.ts';
import type { EventDocument, TicketDocument } from '../models/open-models.ts';

const limit = 500;

type Listing = Pick<
  TicketDocument,
  '_id' | 'title' | 'category' | 'venue' | 'city' | 'startsAt' | 'timeZone' | 'price' | 'createdAt'
>;

const ofListing = {
  title: 1,
  category: 1,
  venue: 1,
  city: 1,
  startsAt: 1,
  timeZone: 1,
  price: 1,
  createdAt: 1,
} as const;

/**
 * Brings the entries of events up to date with the tickets that have changed since they were counted. Each such change has noted
 * its events in the ticket (`uncounted`); the notes are removed once the entries are written, unless the ticket has changed again.
 */
export const countEvents = async (deps: Deps): Promise<void> => {
  for (;;) {
    const changed = await deps.tickets
      .find(
        { uncounted: { $exists: true } },
        { projection: { ...ofListing, version: 1, availability: 1, eventId: 1, keysOf: 1, uncounted: 1 }, limit },
      )
      .toArray();
    if (changed.length === 0) return;
    const eventIds = changed.flatMap(({ uncounted = [] }) => uncounted);
    if (!(await recountEvents(deps, eventIds, { listings: changed, isNoted: true }))) return;
    await deps.tickets.bulkWrite(
      changed.map(({ _id, version, availability, keysOf }) => ({
        updateOne: {
          // The version alone does not show what workers have written.
          filter: { _id, version, availability, keysOf: keysOf ?? { $exists: false } },
          update: { $unset: { uncounted: true } },
          hint: byId,
        },
      })),
      { ordered: false },
    );
    if (changed.length < limit) return;
  }
};

interface Noted {
  /** Tickets of the events, for those that have nothing on sale and no entry yet. */
  readonly listings?: readonly (Listing & Pick<TicketDocument, 'eventId'>)[];
  /** Whether a ticket of each event has changed: its entry gets a new `seq` even if it shows nothing of that. */
  readonly isNoted?: boolean;
}

/**
 * Writes the entries of these events as the tickets are now. Returns false if another replica has written one of them at the
 * same time.
 */
export const recountEvents = async (
  deps: Deps,
  eventIds: readonly string[],
  { listings = [], isNoted = false }: Noted = {},
): Promise<boolean> => {
  // Tickets that a release without events has listed have no id until their keys are filled in.
  const ids = [...new Set(eventIds)].filter((id) => id !== '');
  // Read before the tickets: an entry that has the same `seq` when it is written shows no newer state of them.
  const entries = new Map(
    (await deps.events.find({ _id: { $in: ids } }).toArray()).map((entry) => [entry._id, entry] as const),
  );
  const counted = await deps.tickets
    .aggregate<{ readonly _id: string; onSale: number; price: number; oldest: string; newest: string }>([
      { $match: { availability: 'on_sale', eventId: { $in: ids } } },
      {
        $group: {
          _id: '$eventId',
          onSale: { $sum: 1 },
          price: { $min: '$price' },
          // Ids are in order of time.
          oldest: { $min: '$_id' },
          newest: { $max: '$_id' },
        },
      },
    ])
    .toArray();
  const shown = await deps.tickets
    .find<Listing>(
      { _id: { $in: counted.flatMap(({ oldest, newest }) => [oldest, newest]) } },
      { projection: ofListing },
    )
    .toArray();
  const byId = new Map(shown.map((listing) => [listing._id, listing]));
  const counts = new Map(counted.map((count) => [count._id, count]));
  const writes = ids.flatMap((id) => {
    const entry = entries.get(id);
    const count = counts.get(id);
    const [oldest, newest] = [byId.get(count?.oldest ?? ''), byId.get(count?.newest ?? '')];
    const listing = listings.find(({ eventId }) => eventId === id);
    const after =
      count !== undefined && oldest !== undefined && newest !== undefined
        ? entryOf(oldest, { ...count, createdAt: newest.createdAt }, newest)
        : (emptied(entry) ?? (listing && entryOf(listing, { ...listing, onSale: 0 })));
    if (after === undefined || isForgotten(after, deps.now())) return [];
    const { seq = 0, changedAt: _changedAt, ...before } = entry ?? {};
    if (!isNoted && isDeepStrictEqual(before, { _id: id, ...after })) return [];
    const filter = { _id: id, seq: entry === undefined ? { $exists: false } : seq };
    return [
      {
        replaceOne: {
          filter,
          replacement: { ...after, seq: seq + 1, changedAt: deps.now() },
          upsert: entry === undefined,
        },
      },
    ];
  });
  if (writes.length === 0) return true;
  try {
    const { matchedCount, upsertedCount } = await deps.events.bulkWrite(writes, { ordered: false });
    return matchedCount + upsertedCount === writes.length;
  } catch (error) {
    if (!isPartlyRefused(error)) throw error;
    return false;
  }
};

/** The entry of an event of which nothing is left. */
const emptied = (entry: EventDocument | undefined) => {
  if (entry === undefined) return undefined;
  const { _id: _, seq: _seq, changedAt: _changedAt, ...rest } = entry;
  return { ...rest, availability: 'off_sale' as const, onSale: 0 };
};

const entryOf = (
  listing: Listing,
  { onSale, price, createdAt }: Pick<EventDocument, 'onSale' | 'price' | 'createdAt'>,
  newest = listing,
) => {
  const { title, category, venue, city, startsAt } = listing;
  // Tickets that the release before has listed have none.
  const timeZone = listing.timeZone ?? newest.timeZone;
  return {
    title,
    ...(category === undefined ? {} : { category }),
    ...(venue === undefined ? {} : { venue }),
    ...(city === undefined ? {} : { city }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(timeZone === undefined ? {} : { timeZone }),
    availability: onSale === 0 ? ('off_sale' as const) : ('on_sale' as const),
    onSale,
    price,
    createdAt,
    words: searchKeys({ title, category, venue, city }),
  };
};
