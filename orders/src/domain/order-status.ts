import { orderStatuses, undoReasons, type CancelReason, type OrderStatus } from '@ticketing/common/events';

/** All transitions of an order, used by every command. */
const moves = {
  created: ['awaiting:payment', 'cancelled'],
  'awaiting:payment': ['complete', 'cancelled'],
  // Only for one of the reasons that undo a sale.
  complete: ['cancelled'],
  cancelled: [],
} as const satisfies Record<OrderStatus, readonly OrderStatus[]>;

/** Whether an order may move from one status to another; `reason` if it is cancelled for one. */
export const canMove = (from: OrderStatus, to: OrderStatus, reason?: CancelReason): boolean =>
  moves[from].some((next) => next === to) && (from !== 'complete' || undoReasons.some((undo) => undo === reason));

/** The statuses from which an order may move to `to`: the condition of the write that moves it. */
export const statusesBefore = (to: OrderStatus, reason?: CancelReason): OrderStatus[] =>
  orderStatuses.filter((from) => canMove(from, to, reason));

/** Statuses in which an order's ticket cannot be ordered by others. */
export const liveStatuses: readonly OrderStatus[] = ['created', 'awaiting:payment', 'complete'];

/** Statuses in which an order expires at its deadline. */
export const unpaidStatuses: readonly OrderStatus[] = statusesBefore('cancelled');
