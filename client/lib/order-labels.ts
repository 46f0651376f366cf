import { undoReasons } from '@ticketing/common/events';
import type { Order } from './api/schemas.ts';

export interface CancelLabels {
  readonly title: string;
  readonly text: string;
  /** Label of the link back to the ticket. */
  readonly link: string;
}

const cancelled: Readonly<Record<string, CancelLabels>> = {
  by_buyer: {
    title: 'You released this ticket',
    text: 'It is on sale again. You can hold it again unless another buyer does so first.',
    link: 'Back to the ticket',
  },
  expired: {
    title: 'Your hold ran out',
    text: 'You did not pay in time, so the ticket went back on sale.',
    link: 'See whether it is still there',
  },
  price_changed: {
    title: 'The price changed first',
    text: 'The seller changed the price just before you ordered. We did not hold the ticket at a price that you have not seen.',
    link: 'See the new price',
  },
  ticket_changed: {
    title: 'The listing changed first',
    text: 'The seller changed the details of this ticket just before you ordered. Please check them before you buy.',
    link: 'See what changed',
  },
  unavailable: {
    title: 'Somebody else was faster',
    text: 'Another buyer held this ticket a moment before you.',
    link: 'See if it becomes available',
  },
  payment_failed: {
    title: 'The payment did not go through',
    text: 'No card could be charged, so the ticket went back on sale.',
    link: 'Back to the ticket',
  },
  account_closed: {
    title: 'The account was closed',
    text: 'So the ticket went back on sale.',
    link: 'Back to the ticket',
  },
  refunded: {
    title: 'This order was refunded',
    text: 'So the ticket is no longer yours.',
    link: 'Back to the ticket',
  },
  not_delivered: {
    title: 'The ticket was not delivered',
    text: 'The seller did not deliver it in time, so you get your money back.',
    link: 'Back to the ticket',
  },
};

/** What the page of a cancelled order shows, by the order's reason. */
export const cancelLabels = (reason: string | undefined): CancelLabels =>
  cancelled[reason ?? ''] ?? {
    title: 'This order was cancelled',
    text: 'The ticket was released.',
    link: 'Back to the ticket',
  };

/** Whether the order was complete before it was cancelled: its buyer had the ticket, and gets the money back. */
export const wasUndone = ({ reason }: Pick<Order, 'reason'>): boolean => undoReasons.some((undo) => undo === reason);

const badges = {
  created: { variant: 'wait', label: 'Confirming' },
  'awaiting:payment': { variant: 'wait', label: 'Awaiting payment' },
  complete: { variant: 'good', label: 'Paid' },
  cancelled: { variant: 'over', label: 'Cancelled' },
} as const;

export const orderBadge = ({ status, reason }: Pick<Order, 'status' | 'reason'>) =>
  status === 'cancelled' && reason === 'expired' ? ({ variant: 'over', label: 'Expired' } as const) : badges[status];
