import { isUnpaid } from '../sources/orders.ts';
import { checkEach, finding, formatTime, type Check } from './check.ts';

export const holdEndsAtDeadline: Check = {
  name: 'hold-ends-at-deadline',
  rule: 'No order stays unpaid for more than 15 s after its deadline.',
  isEventual: true,
  run: ({ orders, at }, { endWithinMs }) =>
    checkEach(orders.filter(isUnpaid), (order) =>
      at - order.expiresAt <= endWithinMs
        ? undefined
        : finding(
            `order ${order.id} is still ${order.status} after its deadline at ${formatTime(order.expiresAt)}`,
            order.id,
            order.ticketId,
          ),
    ),
};
