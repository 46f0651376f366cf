import { eventIdOf } from '@ticketing/common/event-id';
import { mapListingDetails } from '@ticketing/common/events';
import { toMajor } from '@ticketing/common/money';
import type { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { TicketDocument } from '../models/open-models.ts';
import type { ticketShape } from './ticket-shape.ts';

export const toTicketView = (
  { currency }: Pick<Deps, 'currency'>,
  ticket: Omit<TicketDocument, 'outbox' | 'closedOrders' | 'words'>,
): z.infer<typeof ticketShape> => ({
  id: ticket._id,
  version: ticket.version,
  title: ticket.title,
  price: toMajor(currency, ticket.price),
  currency: currency.code,
  userId: ticket.userId,
  eventId: ticket.eventId ?? eventIdOf(ticket),
  orderId: ticket.orderId,
  soldAt: ticket.soldAt?.toISOString(),
  delivery: ticket.delivery ?? 'by_seller',
  dueAt: ticket.dueAt?.toISOString(),
  deliveredAt: ticket.deliveredAt?.toISOString(),
  deliveryFailedAt: ticket.deliveryFailedAt?.toISOString(),
  deliveryEndedAt: ticket.deliveryEndedAt?.toISOString(),
  withdrawnAt: ticket.withdrawnAt?.toISOString(),
  ...mapListingDetails({
    category: ticket.category,
    text: (name) => ticket[name],
    startsAt: ticket.startsAt?.toISOString(),
    timeZone: ticket.timeZone,
  }),
});
