import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { mapListingDetails, ticketCategories } from './listing-details.ts';
import { deliveries } from './statuses.ts';

const details = z.object(
  mapListingDetails({
    category: z.enum(ticketCategories).optional(),
    text: () => z.string().optional(),
    startsAt: z.iso.datetime().optional(),
    /** Of the venue, an IANA name; absent from tickets that were listed by a release without it, or without one. */
    timeZone: z.string().optional(),
  }),
);

/** Without the description: no consumer reads it, and it would be most of an event's size. */
export const ticketState = z.object({
  ...details.omit({ description: true }).shape,
  id: z.string(),
  version: z.number().int(),
  /** Raised by each effective edit of the seller; unchanged by claims and releases. */
  revision: z.number().int(),
  /**
   * The last effective edit of the seller: the revision and the version that it made. Out of date if its revision is not the
   * ticket's, which then was edited by a release that does not write it.
   */
  lastEdit: z.object({ revision: z.number().int(), version: z.number().int() }).optional(),
  title: z.string(),
  /** Minor units of `currency`. */
  price: z.number().int(),
  /** ISO 4217, in lower case. Absent from tickets that were listed by a release without it: then it is the configured one. */
  currency: z.string().optional(),
  userId: z.string(),
  /** Of the event that it is for: see `eventIdOf`. Absent from tickets that a release without it wrote. */
  eventId: z.string().optional(),
  /** The order that holds or has bought the ticket. */
  orderId: z.string().optional(),
  soldAt: z.iso.datetime().optional(),
  /** Absent from tickets that a release without it wrote: then it is `by_seller`. */
  delivery: z.enum(deliveries).optional(),
  /** Until when its seller must deliver a sold ticket. Absent before the sale and once the delivery has ended. */
  dueAt: z.iso.datetime().optional(),
  /** When the buyer could first get the ticket itself; kept when the sale is undone. */
  deliveredAt: z.iso.datetime().optional(),
  /** When the deadline passed without a delivery: its order is cancelled. */
  deliveryFailedAt: z.iso.datetime().optional(),
  /**
   * When its order was cancelled for another reason: nothing is delivered any more, and the file of a delivered ticket is no
   * longer its buyer's. Absent from delivered tickets whose cancellation a release without this rule has heard.
   */
  deliveryEndedAt: z.iso.datetime().optional(),
  /** When its seller withdrew it, for good: nobody can order it. */
  withdrawnAt: z.iso.datetime().optional(),
});

export const claimRefusalReasons = ['price_changed', 'ticket_changed', 'unavailable'] as const;

export const ticketCreated = defineEvent('ticket.created', ticketState);
export const ticketUpdated = defineEvent('ticket.updated', ticketState);
/** The order does not get the ticket; the ticket's version is unchanged. */
export const ticketClaimRefused = defineEvent(
  'ticket.claim-refused',
  z.object({ ticketId: z.string(), orderId: z.string(), reason: z.enum(claimRefusalReasons) }),
);
export type TicketState = z.infer<typeof ticketState>;
export type ClaimRefusalReason = (typeof claimRefusalReasons)[number];
