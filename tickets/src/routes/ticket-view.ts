import { toDollars } from '@ticketing/common/http';
import { detailFields } from '../domain/listing.ts';
import type { TicketDocument } from '../models/open-models.ts';

/** A ticket as HTTP shows it: money in major units, times in ISO 8601, and only the details that the seller gave. */
export const toTicketView = (ticket: TicketDocument) => ({
  id: ticket._id,
  version: ticket.version,
  title: ticket.title,
  price: toDollars(ticket.price),
  userId: ticket.userId,
  ...(ticket.orderId === undefined ? {} : { orderId: ticket.orderId }),
  ...(ticket.soldAt === undefined ? {} : { soldAt: ticket.soldAt.toISOString() }),
  ...Object.fromEntries(
    detailFields.flatMap((field) => {
      const value = ticket[field];
      return value === undefined ? [] : [[field, value instanceof Date ? value.toISOString() : value]];
    }),
  ),
});
