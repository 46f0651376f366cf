import { deliveries, mapListingDetails, ticketCategories } from '@ticketing/common/events';
import * as z from 'zod/mini';

/** A ticket as HTTP shows it alone, with the details that the seller gave. Browsers load this file too. */
export const ticketShape = z
  .object({
    id: z.string(),
    version: z.int().check(z.minimum(0)),
    title: z.string(),
    price: z.number().check(z.positive(), z.describe('Major units, with at most as many decimals as the currency has')),
    currency: z.string().check(z.regex(/^[a-z]{3}$/), z.describe('ISO 4217, in lower case')),
    userId: z.string(),
    eventId: z.string().check(z.describe('The same for all listings of one event')),
    orderId: z.optional(z.string().check(z.describe('The order that holds or has bought the ticket'))),
    soldAt: z.optional(z.iso.datetime()),
    delivery: z
      .enum(deliveries)
      .check(z.describe('instant: the buyer gets the file at once; by_seller: the seller uploads it after the sale')),
    dueAt: z.optional(z.iso.datetime().check(z.describe('Until when its seller must deliver the sold ticket'))),
    deliveredAt: z.optional(z.iso.datetime()),
    deliveryFailedAt: z.optional(z.iso.datetime().check(z.describe('When the deadline passed without a delivery'))),
    deliveryEndedAt: z.optional(
      z.iso
        .datetime()
        .check(z.describe('When its order was cancelled for another reason: nobody gets the file any more')),
    ),
    withdrawnAt: z.optional(z.iso.datetime().check(z.describe('Its seller has withdrawn it, and only they see it'))),
    ...mapListingDetails({
      category: z.optional(z.enum(ticketCategories)),
      text: () => z.optional(z.string()),
      startsAt: z.optional(z.iso.datetime()),
      timeZone: z.optional(
        z.string().check(z.describe('Of the venue, an IANA name; without it, times are shown in UTC')),
      ),
    }),
  })
  .register(z.globalRegistry, { id: 'Ticket' });

/** A ticket in a list. */
export const listedTicketShape = z
  .omit(ticketShape, { description: true })
  .register(z.globalRegistry, { id: 'ListedTicket' });

const sum = {
  count: z.int().check(z.minimum(0)),
  total: z.number().check(z.minimum(0), z.describe('Their prices together, in major units')),
};

/** How the listings of a seller stand. */
export const ticketSummaryShape = z
  .object({
    currency: z.string().check(z.regex(/^[a-z]{3}$/), z.describe('ISO 4217, in lower case')),
    onSale: z.object(sum),
    held: z.object(sum),
    toDeliver: z.object({
      ...sum,
      first: z.array(listedTicketShape).check(z.describe('The first 20, that with the earliest deadline first')),
    }),
  })
  .register(z.globalRegistry, { id: 'TicketSummary' });
