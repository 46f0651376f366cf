import type { Ticket } from './api/schemas.ts';

/** The seat; undefined when the seller gave none. */
export const seatLabel = (ticket: Pick<Ticket, 'section' | 'row' | 'seat'>): string | undefined => {
  const parts = [
    ...(ticket.section === undefined ? [] : [ticket.section]),
    ...(ticket.row === undefined ? [] : [`Row ${ticket.row}`]),
    ...(ticket.seat === undefined ? [] : [`Seat ${ticket.seat}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' · ');
};

/** Venue and city; undefined when the seller gave neither. */
export const placeLabel = (ticket: Pick<Ticket, 'venue' | 'city'> | undefined): string | undefined => {
  const parts = [ticket?.venue, ticket?.city].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
};

export type TicketState = 'on-sale' | 'held' | 'sold' | 'withdrawn';

type Facts = Pick<Ticket, 'orderId' | 'soldAt' | 'withdrawnAt'>;

export const ticketState = ({ orderId, soldAt, withdrawnAt }: Facts): TicketState => {
  if (withdrawnAt !== undefined) return 'withdrawn';
  if (soldAt !== undefined) return 'sold';
  return orderId === undefined ? 'on-sale' : 'held';
};

const badges = {
  'on-sale': { variant: 'good', label: 'On sale' },
  held: { variant: 'wait', label: 'On hold' },
  sold: { variant: 'over', label: 'Sold' },
  withdrawn: { variant: 'over', label: 'Withdrawn' },
} as const;

export const ticketBadge = (ticket: Facts) => badges[ticketState(ticket)];
