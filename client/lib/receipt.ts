import type { Charge, Order, Ticket } from './api/schemas.ts';
import { formatDateTime } from './dates.ts';
import { amountLabel } from './money.ts';
import { seatLabel } from './ticket-labels.ts';

/** Whether there is a receipt, also once the money was returned. */
export const isPaid = (charge: Charge | undefined): charge is Charge =>
  charge?.status === 'completed' || charge?.status === 'refunded';

/** What the receipt says, as in its PDF: names and values. */
export const receiptRows = (
  order: Order,
  charge: Charge,
  ticket: Ticket | undefined,
): readonly (readonly [name: string, value: string])[] => {
  const { amount, currency, completedAt } = charge;
  const refunded = charge.amountRefunded ?? (charge.status === 'refunded' ? amount : 0);
  const money = (minor: number): string => `${amountLabel({ amount: minor, currency })} (${currency.toUpperCase()})`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Receipt number', order.id],
    ['Paid', completedAt === undefined ? undefined : formatDateTime(completedAt)],
    ['Buyer', `Account ${order.userId}`],
    ['Seller', ticket === undefined ? undefined : `Participant of the marketplace, account ${ticket.userId}`],
    ['Ticket', order.ticket.title],
    ['Event', ticket?.startsAt === undefined ? undefined : formatDateTime(ticket.startsAt)],
    ['Venue', ticket?.venue],
    ['City', ticket?.city],
    ['Seat', ticket === undefined ? undefined : seatLabel(ticket)],
    ['Price', money(amount)],
    ['Refunded', refunded === 0 ? undefined : money(refunded)],
    ['Left after refunds', refunded === 0 ? undefined : money(amount - refunded)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
};
