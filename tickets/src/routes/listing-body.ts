import { ticketCategories } from '@ticketing/common/events';
import { dollars } from '@ticketing/common/http';
import { z } from 'zod';

const text = (name: string, max: number) =>
  z
    .string(`${name} must be text`)
    .trim()
    .min(1, `${name} must not be empty`)
    .max(max, `${name} must have at most ${max} characters`);

const title = text('Title', 200);

const startsAt = z.iso
  .datetime({ offset: true, error: 'StartsAt must be an ISO 8601 date and time' })
  .transform((value) => new Date(value))
  // An offset can carry a date over the edge of what four digits of a year can say, which no event could tell.
  .refine(
    (date) => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9999,
    'StartsAt must be a date of 1970 or later',
  );

const details = {
  category: z.enum(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`),
  venue: text('Venue', 200),
  city: text('City', 100),
  startsAt,
  section: text('Section', 50),
  row: text('Row', 50),
  seat: text('Seat', 50),
  description: text('Description', 5_000),
};

/** A new listing. */
export const createTicketBody = z.object({
  title,
  price: dollars,
  category: details.category.exactOptional(),
  venue: details.venue.exactOptional(),
  city: details.city.exactOptional(),
  startsAt: details.startsAt.exactOptional(),
  section: details.section.exactOptional(),
  row: details.row.exactOptional(),
  seat: details.seat.exactOptional(),
  description: details.description.exactOptional(),
});

/** An edit: a detail that is left out stays, null clears it. */
export const editTicketBody = z.object({
  title,
  price: dollars,
  category: details.category.nullish(),
  venue: details.venue.nullish(),
  city: details.city.nullish(),
  startsAt: details.startsAt.nullish(),
  section: details.section.nullish(),
  row: details.row.nullish(),
  seat: details.seat.nullish(),
  description: details.description.nullish(),
});
