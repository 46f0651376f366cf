import type { Charge } from './api/schemas.ts';
import type { OrderStatus } from './order-words.ts';

/** What is known of an order, and how it stands with the one who looks at it. */
export interface Watched {
  readonly status: OrderStatus;
  readonly charge: Charge['status'] | undefined;
  /** Milliseconds since anything of it last changed. */
  readonly quietMs: number;
  /** A payment was sent, or the deadline has passed: something is about to change. */
  readonly expecting: boolean;
}

/** Milliseconds until the order is read again; undefined when nothing can change any more. */
export const nextPoll = ({ status, charge, quietMs, expecting }: Watched): number | undefined => {
  switch (status) {
    case 'created':
      return quietMs < 10_000 ? 400 : 2_000;
    case 'awaiting:payment':
      return expecting ? 500 : 4_000;
    case 'complete':
      // The receipt names the charge, of which payments may still be a moment behind.
      return charge !== 'completed' && quietMs < 10_000 ? 1_000 : undefined;
    case 'cancelled':
      // Money on the way back, or an attempt that may still land and then comes back.
      if (charge === 'completed') return quietMs < 30_000 ? 1_000 : 5_000;
      return (charge === 'created' || expecting) && quietMs < 30_000 ? 1_000 : undefined;
  }
};

/** Whether the charge is read along with the order. */
export const readsCharge = (status: OrderStatus, expecting: boolean): boolean =>
  status === 'complete' || status === 'cancelled' || (status === 'awaiting:payment' && expecting);
