import type { Ticket } from './api/schemas.ts';
import { formatDateTime } from './dates.ts';
import { isolated } from './isolated.ts';

/** The seat; undefined when the seller gave none. */
export const seatLabel = (ticket: Pick<Ticket, 'section' | 'row' | 'seat'>): string | undefined => {
  const parts = [
    ...(ticket.section === undefined ? [] : [isolated(ticket.section)]),
    ...(ticket.row === undefined ? [] : [`Row ${isolated(ticket.row)}`]),
    ...(ticket.seat === undefined ? [] : [`Seat ${isolated(ticket.seat)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' · ');
};

/** Venue and city; undefined when the seller gave neither. */
export const placeLabel = (ticket: Pick<Ticket, 'venue' | 'city'> | undefined): string | undefined => {
  const parts = [ticket?.venue, ticket?.city].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.map(isolated).join(', ');
};

/** Time, place and seat, a line each: what tells the tickets of one title apart. */
export const ticketLines = (
  ticket: Pick<Ticket, 'startsAt' | 'timeZone' | 'venue' | 'city' | 'section' | 'row' | 'seat'>,
): string[] =>
  [
    ticket.startsAt === undefined ? undefined : formatDateTime(ticket.startsAt, ticket.timeZone),
    placeLabel(ticket),
    seatLabel(ticket),
  ].filter((line) => line !== undefined);

/** Whether an event has begun; without a date it never has. */
export const hasBegun = ({ startsAt }: Pick<Ticket, 'startsAt'>, now = Date.now()): boolean =>
  startsAt !== undefined && Date.parse(startsAt) <= now;

export type TicketState = 'on-sale' | 'held' | 'sold' | 'withdrawn' | 'over';

type Facts = Pick<Ticket, 'orderId' | 'soldAt' | 'withdrawnAt' | 'startsAt'>;

export const ticketState = (ticket: Facts): TicketState => {
  const { orderId, soldAt, withdrawnAt } = ticket;
  if (withdrawnAt !== undefined) return 'withdrawn';
  if (soldAt !== undefined) return 'sold';
  if (orderId !== undefined) return 'held';
  return hasBegun(ticket) ? 'over' : 'on-sale';
};

const badges = {
  'on-sale': { variant: 'good', label: 'On sale' },
  held: { variant: 'wait', label: 'On hold' },
  sold: { variant: 'over', label: 'Sold' },
  withdrawn: { variant: 'over', label: 'Withdrawn' },
  over: { variant: 'over', label: 'Over' },
} as const;

export const ticketBadge = (ticket: Facts) => badges[ticketState(ticket)];
