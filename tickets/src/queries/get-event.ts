import { NotFoundError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
import { isForgotten } from '../models/event.ts';
import type { EventDocument } from '../models/open-models.ts';

/** The entry of an event that is not over for a day; undefined if nothing was ever listed for it. */
export const findEvent = async (
  { events, now }: Pick<Deps, 'events' | 'now'>,
  id: string,
): Promise<EventDocument | undefined> => {
  const event = await events.findOne({ _id: id });
  return event === null || isForgotten(event, now()) ? undefined : event;
};

/**
 * What is for sale for an event, also when nothing is left.
 * @throws NotFoundError if nothing was ever listed for it, or it is over for a day.
 */
export const getEvent = async (deps: Pick<Deps, 'events' | 'now'>, id: string): Promise<EventDocument> => {
  const event = await findEvent(deps, id);
  if (event === undefined) throw new NotFoundError('Event not found');
  return event;
};
