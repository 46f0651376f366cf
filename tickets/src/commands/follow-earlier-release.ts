import { eventIdOf } from '@ticketing/common/event-id';
import type { Filter } from 'mongodb';
import type { Deps } from '../deps.ts';
import { searchKeys } from '../domain/search-keys.ts';
import type { TicketDocument } from '../models/open-models.ts';
import { recountEvents } from './count-events.ts';

const limit = 500;

/** A write may become visible so long after the time that it carries. */
const lateMs = 15_000;

/**
 * Makes up for what a release without search keys and events has written: it is run once, for everything on sale, and then
 * repeatedly, for what has changed since the last run.
 */
export const createEarlierReleaseFollower = (deps: Deps): (() => Promise<void>) => {
  let since: Date | undefined;
  return async () => {
    const next = new Date(deps.now().getTime() - lateMs);
    // Those without keys, whatever their state: sellers search among all of their own.
    await refreshKeys(deps, { 'keysOf.revision': null });
    if (since === undefined) {
      await refreshKeys(deps, { availability: 'on_sale' });
      await recountAll(deps);
    } else {
      const changed: Filter<TicketDocument> = { changedAt: { $gte: since } };
      await refreshKeys(deps, changed);
      const eventIds = await deps.tickets.distinct('eventId', changed);
      await recountEvents(
        deps,
        eventIds.filter((id) => id !== undefined),
      );
    }
    since = next;
  };
};

/** Of an edit by such a release, the keys are still those of the revision before. */
const refreshKeys = async (deps: Deps, which: Filter<TicketDocument>): Promise<void> => {
  for (;;) {
    const stale = await deps.tickets
      .find(
        { ...which, $expr: { $ne: ['$keysOf.revision', '$revision'] } },
        { projection: { outbox: 0, closedOrders: 0, creation: 0, words: 0 }, limit },
      )
      .toArray();
    if (stale.length === 0) return;
    await deps.tickets.bulkWrite(
      stale.map((ticket) => {
        const { _id, revision, keysOf, eventId = eventIdOf(ticket) } = ticket;
        const moved = keysOf === undefined ? [eventId] : [keysOf.eventId, eventId];
        return {
          updateOne: {
            filter: { _id, revision },
            update: [
              {
                $set: {
                  eventId: { $literal: eventId },
                  words: { $literal: searchKeys(ticket) },
                  keysOf: { $literal: { revision, eventId } },
                  uncounted: { $setUnion: [{ $ifNull: ['$uncounted', []] }, { $literal: moved }] },
                },
              },
            ],
          },
        };
      }),
      { ordered: false },
    );
    if (stale.length < limit) return;
  }
};

/** Counts every event that has something on sale, and every one whose entry says so. */
const recountAll = async (deps: Deps): Promise<void> => {
  for (let after = ''; ;) {
    const page = await deps.tickets
      .find({ availability: 'on_sale', eventId: { $gt: after } }, { projection: { _id: 0, eventId: 1 }, limit })
      .sort({ availability: 1, eventId: 1 })
      .toArray();
    const ids = page.flatMap(({ eventId }) => (eventId === undefined ? [] : [eventId]));
    await recountEvents(deps, ids);
    if (ids.length < limit) break;
    after = ids.at(-1) ?? '';
  }
  for (let after = ''; ;) {
    const page = await deps.events
      .find({ _id: { $gt: after }, availability: 'on_sale' }, { projection: { _id: 1 }, limit })
      .sort({ _id: 1 })
      .toArray();
    const ids = page.map(({ _id }) => _id);
    await recountEvents(deps, ids);
    if (ids.length < limit) return;
    after = ids.at(-1) ?? '';
  }
};
