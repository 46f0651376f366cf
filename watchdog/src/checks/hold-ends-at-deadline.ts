import { isUnpaid } from '../books/reading.ts';
import { each, found, moment, type Check } from './check.ts';

export const holdEndsAtDeadline: Check = {
  name: 'hold-ends-at-deadline',
  says: 'No unpaid order outlives its deadline by more than 15 s.',
  compare: ({ orders, at }, { endWithinMs }) =>
    each(orders.filter(isUnpaid), (order) =>
      at - order.expiresAt <= endWithinMs
        ? undefined
        : found(
            `order ${order.id} is ${order.status}, its deadline was ${moment(order.expiresAt)}`,
            order.id,
            order.ticketId,
          ),
    ),
};
