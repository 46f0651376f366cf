import { toMajor } from '@ticketing/common/money';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import { hasBegun } from '../domain/listing.ts';
import type { EventDocument } from '../models/open-models.ts';
import type { eventShape } from './event-shape.ts';

export const toEventView = (
  { currency, now }: Pick<Deps, 'currency' | 'now'>,
  event: Omit<EventDocument, 'words'>,
): z.infer<typeof eventShape> => ({
  id: event._id,
  version: event.seq - 1,
  title: event.title,
  category: event.category,
  venue: event.venue,
  city: event.city,
  startsAt: event.startsAt?.toISOString(),
  timeZone: event.timeZone,
  // Its entry shows that it has begun a moment later.
  onSale: hasBegun(event, now()) ? 0 : event.onSale,
  fromPrice: toMajor(currency, event.price),
  currency: currency.code,
});
