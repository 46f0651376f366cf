import type { Order } from './api/schemas.ts';

/** A ticket stays in the wallet this long after the start: people come late, and festivals take a day. */
const keptMs = 24 * 60 * 60_000;

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

export const walletPath = (orderId: string): string => `/wallet/${encodeURIComponent(orderId)}`;
