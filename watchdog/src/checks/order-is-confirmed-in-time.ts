import { each, found, moment, type Check } from './check.ts';

export const orderIsConfirmedInTime: Check = {
  name: 'order-is-confirmed-in-time',
  says: 'No order waits for the confirmation of its hold for longer than 30 s.',
  compare: ({ orders, at }, { confirmWithinMs }) =>
    each(
      orders.filter(({ status }) => status === 'created'),
      (order) =>
        at - order.createdAt <= confirmWithinMs
          ? undefined
          : found(`order ${order.id} is only created since ${moment(order.createdAt)}`, order.id, order.ticketId),
    ),
};
