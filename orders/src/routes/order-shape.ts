import { cancelReasons, deliveryStatuses, orderStatuses, ticketCategories } from '@ticketing/common/events';
import * as z from 'zod/mini';

/** An order as HTTP shows it: prices in major units, times in ISO 8601. Browsers load this file too. */
export const orderShape = z
  .object({
    id: z.string(),
    version: z.int().check(z.minimum(0)),
    userId: z.string(),
    status: z.enum(orderStatuses),
    reason: z.optional(z.enum(cancelReasons)),
    createdAt: z.iso.datetime(),
    history: z.optional(
      z
        .array(
          z.object({
            status: z.enum(orderStatuses),
            reason: z.optional(z.enum(cancelReasons)),
            at: z.iso.datetime(),
          }),
        )
        .check(z.describe('The moves of the status, oldest first; in responses about one order')),
    ),
    expiresAt: z.iso.datetime(),
    problemAt: z.optional(
      z.iso.datetime().check(z.describe('When the buyer reported a problem, until an operator has settled it')),
    ),
    delivery: z.optional(
      z
        .object({
          status: z.enum(deliveryStatuses),
          dueAt: z.optional(z.iso.datetime()),
          deliveredAt: z.optional(z.iso.datetime()),
        })
        .check(z.describe('Of the ticket itself, once the order is complete; dueAt: when it fails unless delivered')),
    ),
    price: z.number(),
    currency: z.string().check(z.regex(/^[a-z]{3}$/), z.describe('ISO 4217, in lower case')),
    ticket: z.object({
      id: z.string(),
      title: z.string(),
      price: z.number(),
      version: z.int().check(z.minimum(0)),
      category: z.optional(z.enum(ticketCategories).check(z.describe('This and what follows: as bought'))),
      startsAt: z.optional(z.iso.datetime()),
      timeZone: z.optional(z.string().check(z.describe('Of the venue, an IANA name'))),
      venue: z.optional(z.string()),
      city: z.optional(z.string()),
      section: z.optional(z.string()),
      row: z.optional(z.string()),
      seat: z.optional(z.string()),
    }),
  })
  .register(z.globalRegistry, { id: 'Order' });
