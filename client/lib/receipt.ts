import type { Charge, Order } from './api/schemas.ts';
import { formatDateTime } from './dates.ts';
import { amountLabel } from './money.ts';
import { seatLabel } from './ticket-labels.ts';

/** Whether there is a receipt, also once the money was returned. */
export const isPaid = (charge: Charge | undefined): charge is Charge =>
  charge?.status === 'completed' || charge?.status === 'refunded';

/** Names and values, as in the PDF: the ticket as it was bought, whatever its seller has changed since. */
export const receiptRows = (
  order: Order,
  charge: Charge,
  sellerId: string | undefined,
): readonly (readonly [name: string, value: string])[] => {
  const { amount, currency, completedAt } = charge;
  const { ticket } = order;
  const refunded = charge.amountRefunded ?? (charge.status === 'refunded' ? amount : 0);
  const money = (minor: number): string => `${amountLabel({ amount: minor, currency })} (${currency.toUpperCase()})`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Receipt number', order.id],
    ['Paid', completedAt === undefined ? undefined : formatDateTime(completedAt)],
    ['Buyer', `Account ${order.userId}`],
    ['Seller', sellerId === undefined ? undefined : `Participant of the marketplace, account ${sellerId}`],
    ['Ticket', ticket.title],
    ['Event', ticket.startsAt === undefined ? undefined : formatDateTime(ticket.startsAt, ticket.timeZone)],
    ['Venue', ticket.venue],
    ['City', ticket.city],
    ['Seat', seatLabel(ticket)],
    ['Price', money(amount)],
    ['Refunded', refunded === 0 ? undefined : money(refunded)],
    ['Left after refunds', refunded === 0 ? undefined : money(amount - refunded)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
};
