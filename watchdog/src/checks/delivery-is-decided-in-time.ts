import { checkEach, finding, formatTime, type Check } from './check.ts';

export const deliveryIsDecidedInTime: Check = {
  name: 'delivery-is-decided-in-time',
  rule: 'A sold ticket is delivered, or its delivery has failed, 15 s after its deadline at the latest, and never both.',
  run: ({ tickets, at }, { decideWithinMs }) =>
    checkEach(
      tickets.filter(({ availability }) => availability === 'sold'),
      ({ id, orderId, dueAt, isDelivered, hasDeliveryFailed }) => {
        if (isDelivered && hasDeliveryFailed) {
          return finding(`ticket ${id} is delivered, and its delivery has failed`, id, orderId);
        }
        if (dueAt === undefined || at - dueAt <= decideWithinMs) return undefined;
        return finding(`the delivery of ticket ${id} is open after its deadline at ${formatTime(dueAt)}`, id, orderId);
      },
    ),
};
