import { orderStatuses, type OrderStatus } from '@ticketing/common/events';

/** All transitions of an order, used by every command. */
const moves = {
  created: ['awaiting:payment', 'cancelled'],
  'awaiting:payment': ['complete', 'cancelled'],
  complete: [],
  cancelled: [],
} as const satisfies Record<OrderStatus, readonly OrderStatus[]>;

export const canMove = (from: OrderStatus, to: OrderStatus): boolean => moves[from].some((next) => next === to);

/** The statuses from which an order may move to `to`: the condition of the write that moves it. */
export const statusesBefore = (to: OrderStatus): OrderStatus[] => orderStatuses.filter((from) => canMove(from, to));

/** Statuses in which an order's ticket cannot be ordered by others. */
export const liveStatuses: readonly OrderStatus[] = ['created', 'awaiting:payment', 'complete'];

/** Statuses in which an order expires at its deadline. */
export const unpaidStatuses: readonly OrderStatus[] = statusesBefore('cancelled');
