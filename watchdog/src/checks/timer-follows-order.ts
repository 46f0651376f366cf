import { isUnpaid } from '../sources/orders.ts';
import { checkEach, finding, type Check } from './check.ts';

export const timerFollowsOrder: Check = {
  name: 'timer-follows-order',
  rule: 'An unpaid order has an armed timer with its deadline; no other order has an armed timer, unless its ticket is still to be delivered.',
  isEventual: true,
  run: ({ orders, timers, orderById, timerById }) => {
    const unpaid = checkEach(orders.filter(isUnpaid), (order) => {
      const timer = timerById.get(order.id);
      if (timer === undefined) return finding(`order ${order.id} is ${order.status} and has no timer`, order.id);
      if (!timer.isArmed) return finding(`order ${order.id} is ${order.status}, but its timer has ended`, order.id);
      return timer.deadline === order.expiresAt
        ? undefined
        : finding(`the timer of order ${order.id} has another deadline than the order`, order.id);
    });
    const armed = checkEach(
      timers.filter(({ isArmed }) => isArmed),
      ({ id, isOfDelivery }) => {
        const order = orderById.get(id);
        const isAwaited = isOfDelivery && order?.status === 'complete' && order.deliveryStatus === 'pending';
        return isAwaited || (order !== undefined && isUnpaid(order))
          ? undefined
          : finding(`the timer of order ${id} is armed, but the order is ${order?.status ?? 'unknown'}`, id);
      },
    );
    return { checked: unpaid.checked + armed.checked, findings: [...unpaid.findings, ...armed.findings] };
  },
};
