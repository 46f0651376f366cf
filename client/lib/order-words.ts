/** What is said about an order that has ended without a ticket, by its reason. */
export interface CancelWords {
  readonly title: string;
  readonly text: string;
  /** What the way back to the ticket is called; absent where there is none. */
  readonly again?: string;
}

const words: Readonly<Record<string, CancelWords>> = {
  by_buyer: {
    title: 'You released this ticket',
    text: 'It is on sale again for everybody. You can hold it again for as long as nobody else has.',
    again: 'Back to the ticket',
  },
  expired: {
    title: 'Your hold ran out',
    text: 'The time to pay had passed, so the ticket went back on sale.',
    again: 'See whether it is still there',
  },
  price_changed: {
    title: 'The price changed first',
    text: 'The seller changed the price at the moment you ordered. Nothing was held at a price that you had not seen.',
    again: 'See the new price',
  },
  ticket_changed: {
    title: 'The listing changed first',
    text: 'The seller changed the details of this ticket at the moment you ordered. Have another look before you buy.',
    again: 'See what changed',
  },
  unavailable: {
    title: 'Somebody else was faster',
    text: 'Another buyer held this ticket a moment before you.',
    again: 'See whether it comes free',
  },
  payment_failed: {
    title: 'The payment did not go through',
    text: 'No card could be charged, so the ticket went back on sale.',
    again: 'Back to the ticket',
  },
};

export const cancelWords = (reason: string | undefined): CancelWords =>
  words[reason ?? ''] ?? {
    title: 'This order was cancelled',
    text: 'The ticket was released.',
    again: 'Back to the ticket',
  };

export type OrderStatus = 'created' | 'awaiting:payment' | 'complete' | 'cancelled';

const badges = {
  created: 'Confirming',
  'awaiting:payment': 'Awaiting payment',
  complete: 'Paid',
  cancelled: 'Cancelled',
} as const;

export const statusWords = (status: OrderStatus, reason?: string): string =>
  status === 'cancelled' && reason === 'expired' ? 'Expired' : badges[status];
