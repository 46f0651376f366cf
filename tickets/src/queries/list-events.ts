import type { EventDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { readList, type ListPage, type ListRequest } from './read-list.ts';

export type ListedEvent = Omit<EventDocument, 'words'>;

/** A page of events that have tickets on sale. */
export const listEvents = (
  { events, now }: Pick<Deps, 'events' | 'now'>,
  request: ListRequest,
): Promise<ListPage<ListedEvent>> => readList({ collection: events, projection: { words: 0 }, now: now() }, request);
