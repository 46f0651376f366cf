import type { Order } from './api/schemas.ts';
import { wasUndone } from './order-labels.ts';

/** A ticket stays in the wallet this long after the start: people come late, and festivals take a day. */
const keptMs = 24 * 60 * 60_000;

/** How long after its order an undone one without a date stays: for longer, no card’s bank takes a payment back. */
const undoneMs = 180 * 24 * 60 * 60_000;

type Bought = Pick<Order, 'status' | 'ticket'>;

/** When nobody needs the ticket any more; unknown without a date. */
export const keptUntil = ({ ticket }: Pick<Order, 'ticket'>): number | undefined =>
  ticket.startsAt === undefined ? undefined : Date.parse(ticket.startsAt) + keptMs;

/** Whether an order is a ticket that its buyer still needs at an entrance; without a date it always is. */
export const isInWallet = (order: Bought, now: number): boolean =>
  order.status === 'complete' && (keptUntil(order) ?? Number.POSITIVE_INFINITY) > now;

const startOf = ({ ticket }: Bought): number =>
  ticket.startsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(ticket.startsAt);

/** Those of the orders that are in the wallet, the next event first. */
export const walletOf = <T extends Bought>(orders: readonly T[], now: number): readonly T[] =>
  orders.filter((order) => isInWallet(order, now)).sort((one, other) => startOf(one) - startOf(other) || 0);

/** Those of the orders whose tickets would be in the wallet, had the sales not been undone; in their order. */
export const undoneOf = <T extends Pick<Order, 'status' | 'reason' | 'createdAt' | 'ticket'>>(
  orders: readonly T[],
  now: number,
): readonly T[] =>
  orders.filter(
    (order) =>
      order.status === 'cancelled' &&
      wasUndone(order) &&
      (keptUntil(order) ?? Date.parse(order.createdAt ?? '') + undoneMs) > now,
  );

export const walletPath = (orderId: string): string => `/wallet/${encodeURIComponent(orderId)}`;
