import type { Ticket } from './api/schemas.ts';
import { priceLabel } from './money.ts';
import { ticketState } from './ticket-labels.ts';

type Shown = Pick<
  Ticket,
  | 'title'
  | 'price'
  | 'currency'
  | 'orderId'
  | 'soldAt'
  | 'withdrawnAt'
  | 'startsAt'
  | 'delivery'
  | 'deliveredAt'
  | 'deliveryFailedAt'
  | 'deliveryEndedAt'
  | 'timeZone'
  | 'category'
  | 'venue'
  | 'city'
  | 'section'
  | 'row'
  | 'seat'
  | 'description'
>;

const states = {
  'on-sale': 'This ticket is on sale again.',
  held: 'This ticket is on hold.',
  sold: 'This ticket is sold.',
  withdrawn: 'Its seller has withdrawn this ticket.',
  over: 'This event has begun.',
} as const;

const details = [
  'title',
  'category',
  'startsAt',
  'timeZone',
  'venue',
  'city',
  'section',
  'row',
  'seat',
  'description',
] as const;

/**
 * What has changed of a ticket while somebody looks at it, in a sentence; undefined if nothing that its page shows. Other words than
 * those with which a hold is refused, which may stand beside it.
 */
export const ticketNews = (before: Shown, now: Shown): string | undefined => {
  const state = ticketState(now);
  if (state !== ticketState(before)) return states[state];
  if (before.deliveredAt === undefined && now.deliveredAt !== undefined) return 'This ticket is delivered.';
  if (before.deliveryFailedAt === undefined && now.deliveryFailedAt !== undefined)
    return 'This ticket was not delivered in time.';
  if (before.deliveryEndedAt === undefined && now.deliveryEndedAt !== undefined) return 'This sale was undone.';
  if (before.price !== now.price) return `The price is ${priceLabel(now)} now, no longer ${priceLabel(before)}.`;
  if (details.some((name) => before[name] !== now[name]) || before.delivery !== now.delivery)
    return 'This listing has just been changed.';
  return undefined;
};
