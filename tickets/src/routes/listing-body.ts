import { mapListingDetails, textLimits, ticketCategories, titleLimit } from '@ticketing/common/events';
import { dollars } from '@ticketing/common/http';
import { z } from 'zod';

const text = (name: string, max: number) =>
  z
    .string(`${name} must be text`)
    .trim()
    .min(1, `${name} must not be empty`)
    .max(max, `${name} must have at most ${max} characters`);

const title = text('Title', titleLimit).meta({ pattern: String.raw`\S` });

const startsAt = z.iso
  .datetime({ offset: true, error: 'StartsAt must be an ISO 8601 date and time' })
  .transform((value) => new Date(value))
  // In UTC an offset can push the date into a year of five digits, which an event cannot hold.
  .refine(
    (date) => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9999,
    'StartsAt must be a date of 1970 or later',
  );

const category = z.enum(ticketCategories, `Category must be one of ${ticketCategories.join(', ')}`);

const detail = (name: keyof typeof textLimits) =>
  text(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, textLimits[name]);

/** A new listing. */
export const createTicketBody = z.object({
  title,
  price: dollars,
  ...mapListingDetails({
    category: category.exactOptional(),
    text: (name) => detail(name).exactOptional(),
    startsAt: startsAt.exactOptional(),
  }),
});

/** An edit: a detail that is left out stays, null clears it. */
export const editTicketBody = z.object({
  title,
  price: dollars,
  ...mapListingDetails({
    category: category.nullish(),
    text: (name) => detail(name).nullish(),
    startsAt: startsAt.nullish(),
  }),
});
