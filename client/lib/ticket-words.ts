import type { Ticket } from './api/schemas.ts';

/** Where the seat is, in a few words; undefined when the seller did not say. */
export const seatWords = (ticket: Pick<Ticket, 'section' | 'row' | 'seat'>): string | undefined => {
  const parts = [
    ...(ticket.section === undefined ? [] : [ticket.section]),
    ...(ticket.row === undefined ? [] : [`Row ${ticket.row}`]),
    ...(ticket.seat === undefined ? [] : [`Seat ${ticket.seat}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' · ');
};

export type TicketState = 'on-sale' | 'held' | 'sold';

export const ticketState = (ticket: Pick<Ticket, 'orderId' | 'soldAt'>): TicketState =>
  ticket.soldAt !== undefined ? 'sold' : ticket.orderId !== undefined ? 'held' : 'on-sale';
