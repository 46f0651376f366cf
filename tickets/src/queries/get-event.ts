import { NotFoundError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
import { isForgotten } from '../models/event.ts';
import type { EventDocument } from '../models/open-models.ts';

/**
 * What is for sale for an event, also when nothing is left.
 * @throws NotFoundError if nothing was ever listed for it, or it is over for a day.
 */
export const getEvent = async ({ events, now }: Pick<Deps, 'events' | 'now'>, id: string): Promise<EventDocument> => {
  const event = await events.findOne({ _id: id });
  if (event === null || isForgotten(event, now())) throw new NotFoundError('Event not found');
  return event;
};
