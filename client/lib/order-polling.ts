import type { Charge, Order } from './api/schemas.ts';

/** Milliseconds without a change after which polls become rarer, or end. */
const quietAfterMs = 10_000;
const refundQuietAfterMs = 30_000;

export interface PollState {
  readonly status: Order['status'];
  readonly charge: Charge['status'] | undefined;
  /** The ticket itself is still to be delivered. */
  readonly awaitsDelivery: boolean;
  /** Milliseconds since the order or its charge last changed. */
  readonly quietMs: number;
  /** A change is imminent: a payment or a cancellation was sent, or the hold has just expired. */
  readonly expecting: boolean;
}

/** Milliseconds until the next poll; undefined when the order and its charge are final. */
export const nextPoll = ({ status, charge, awaitsDelivery, quietMs, expecting }: PollState): number | undefined => {
  switch (status) {
    case 'created':
      return quietMs < quietAfterMs ? 400 : 2_000;
    case 'awaiting:payment':
      return expecting ? 500 : 4_000;
    case 'complete':
      // The receipt shows the charge, and the payments service may update it a moment later; so may tickets the delivery.
      if ((charge !== 'completed' || awaitsDelivery) && quietMs < quietAfterMs) return 1_000;
      return awaitsDelivery ? 20_000 : undefined;
    case 'cancelled':
      // A completed charge is about to be refunded; an open attempt may still succeed and is then refunded as well.
      if (charge === 'completed') return quietMs < refundQuietAfterMs ? 1_000 : 5_000;
      return (charge === 'created' || expecting) && quietMs < refundQuietAfterMs ? 1_000 : undefined;
  }
};

/** Whether a poll reads the charge as well as the order. */
export const readsCharge = (status: Order['status'], expecting: boolean): boolean =>
  status === 'complete' || status === 'cancelled' || (status === 'awaiting:payment' && expecting);
