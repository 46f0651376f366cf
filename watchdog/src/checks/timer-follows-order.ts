import { isUnpaid } from '../books/reading.ts';
import { each, found, type Check } from './check.ts';

export const timerFollowsOrder: Check = {
  name: 'timer-follows-order',
  says: 'An unpaid order has a timer that will ring, for its own deadline, and the timer of every other order has ended.',
  compare: ({ orders, timers, orderById, timerById }) => {
    const unpaid = each(orders.filter(isUnpaid), (order) => {
      const timer = timerById.get(order.id);
      if (timer === undefined) return found(`order ${order.id} is ${order.status} and has no timer`, order.id);
      if (!timer.isArmed) return found(`order ${order.id} is ${order.status}, its timer has ended`, order.id);
      return timer.deadline === order.expiresAt
        ? undefined
        : found(`the timer of order ${order.id} has another deadline than the order`, order.id);
    });
    const armed = each(
      timers.filter(({ isArmed }) => isArmed),
      ({ id }) => {
        const order = orderById.get(id);
        return order !== undefined && isUnpaid(order)
          ? undefined
          : found(`the timer of order ${id} rings, the order is ${order?.status ?? 'unknown'}`, id);
      },
    );
    return { lookedAt: unpaid.lookedAt + armed.lookedAt, found: [...unpaid.found, ...armed.found] };
  },
};
