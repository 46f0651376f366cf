import { ticketCategories } from '@ticketing/common/events';
import * as z from 'zod/mini';

/** What is for sale for an event. Browsers load this file too. */
export const eventShape = z
  .object({
    id: z.string(),
    version: z
      .int()
      .check(z.minimum(0), z.describe('Raised when one of its listings on sale has changed, even if the rest has not')),
    title: z.string(),
    category: z.optional(z.enum(ticketCategories)),
    venue: z.optional(z.string()),
    city: z.optional(z.string()),
    startsAt: z.optional(z.iso.datetime()),
    timeZone: z.optional(z.string().check(z.describe('Of the venue, an IANA name'))),
    onSale: z.int().check(z.minimum(0), z.describe('Tickets that can be bought now')),
    fromPrice: z
      .number()
      .check(z.positive(), z.describe('The lowest price, in major units; when nothing is left, the last lowest')),
    currency: z.string().check(z.regex(/^[a-z]{3}$/), z.describe('ISO 4217, in lower case')),
  })
  .register(z.globalRegistry, { id: 'Event' });
