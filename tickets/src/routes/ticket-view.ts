import { mapListingDetails } from '@ticketing/common/events';
import { toDollars } from '@ticketing/common/http';
import type { z } from 'zod';
import type { TicketDocument } from '../models/open-models.ts';
import type { ticketShape } from './ticket-shape.ts';

export const toTicketView = (ticket: Omit<TicketDocument, 'outbox' | 'closedOrders'>): z.infer<typeof ticketShape> => ({
  id: ticket._id,
  version: ticket.version,
  title: ticket.title,
  price: toDollars(ticket.price),
  userId: ticket.userId,
  orderId: ticket.orderId,
  soldAt: ticket.soldAt?.toISOString(),
  withdrawnAt: ticket.withdrawnAt?.toISOString(),
  ...mapListingDetails({
    category: ticket.category,
    text: (name) => ticket[name],
    startsAt: ticket.startsAt?.toISOString(),
  }),
});
