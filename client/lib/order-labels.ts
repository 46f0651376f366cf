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
    text: 'It is on sale again for everybody. You can hold it again for as long as nobody else has.',
    link: 'Back to the ticket',
  },
  expired: {
    title: 'Your hold ran out',
    text: 'The time to pay had passed, so the ticket went back on sale.',
    link: 'See whether it is still there',
  },
  price_changed: {
    title: 'The price changed first',
    text: 'The seller changed the price at the moment you ordered. Nothing was held at a price that you had not seen.',
    link: 'See the new price',
  },
  ticket_changed: {
    title: 'The listing changed first',
    text: 'The seller changed the details of this ticket at the moment you ordered. Have another look before you buy.',
    link: 'See what changed',
  },
  unavailable: {
    title: 'Somebody else was faster',
    text: 'Another buyer held this ticket a moment before you.',
    link: 'See whether it comes free',
  },
  payment_failed: {
    title: 'The payment did not go through',
    text: 'No card could be charged, so the ticket went back on sale.',
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

const badges = {
  created: { variant: 'wait', label: 'Confirming' },
  'awaiting:payment': { variant: 'wait', label: 'Awaiting payment' },
  complete: { variant: 'good', label: 'Paid' },
  cancelled: { variant: 'over', label: 'Cancelled' },
} as const;

export const orderBadge = ({ status, reason }: Pick<Order, 'status' | 'reason'>) =>
  status === 'cancelled' && reason === 'expired' ? ({ variant: 'over', label: 'Expired' } as const) : badges[status];
