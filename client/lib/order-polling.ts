import type { Charge, Order } from './api/schemas.ts';

/** Milliseconds without a change after which polls become rarer, or end. */
const quietAfterMs = 10_000;
const refundQuietAfterMs = 30_000;

interface PollState {
  readonly status: Order['status'];
  /** Milliseconds since the order or its charge last changed. */
  readonly quietMs: number;
  /** A change is imminent: a payment or a cancellation was sent, or the hold has just expired. */
  readonly expecting: boolean;
}

/** Milliseconds until the next poll of an order that has no stream; undefined when it is final. */
export const nextOrderPoll = (
  { status, quietMs, expecting }: PollState,
  /** The ticket itself is still to be delivered. */
  awaitsDelivery: boolean,
): number | undefined => {
  switch (status) {
    case 'created':
      return quietMs < quietAfterMs ? 400 : 2_000;
    case 'awaiting:payment':
      return expecting ? 500 : 4_000;
    case 'complete':
      if (quietMs < quietAfterMs) return 1_000;
      return awaitsDelivery ? 20_000 : undefined;
    case 'cancelled':
      return undefined;
  }
};

/** Milliseconds until the next poll of an order's charge, which has no stream; undefined when there is nothing to wait for. */
export const nextChargePoll = (
  { status, quietMs, expecting }: PollState,
  charge: Pick<Charge, 'status' | 'nextAction'> | undefined,
): number | undefined => {
  switch (status) {
    case 'created':
      return undefined;
    case 'awaiting:payment':
      if (expecting) return 500;
      return charge?.nextAction === undefined ? undefined : 4_000;
    case 'complete':
      // The receipt shows the charge, and the payments service may update it a moment later.
      return charge?.status !== 'completed' && quietMs < quietAfterMs ? 1_000 : undefined;
    case 'cancelled':
      // A completed charge is about to be refunded; an open attempt may still succeed and is then refunded as well.
      if (charge?.status === 'completed') return quietMs < refundQuietAfterMs ? 1_000 : 5_000;
      return (charge?.status === 'created' || expecting) && quietMs < refundQuietAfterMs ? 1_000 : undefined;
  }
};

/** Whether a change of the order may have changed its charge as well. */
export const readsCharge = (status: Order['status'], expecting: boolean): boolean =>
  status === 'complete' || status === 'cancelled' || (status === 'awaiting:payment' && expecting);
