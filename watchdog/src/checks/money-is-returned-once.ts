import { isJustRefunded } from './kept-charges.ts';
import { checkGroups, finding, formatAmount, type Check } from './check.ts';

export const moneyIsReturnedOnce: Check = {
  name: 'money-is-returned-once',
  rule: 'No more is returned to an order than it was charged, and all of it only if the order is cancelled.',
  run: (snapshot, limits) =>
    checkGroups(snapshot.refundsByOrder, (orderId, refunds) => {
      const order = snapshot.orderById.get(orderId);
      if (order === undefined || !snapshot.hasAllChargesOf(order)) return undefined;
      const taken = (snapshot.chargesByOrder.get(orderId) ?? []).reduce((total, { amount }) => total + amount, 0);
      const outsideStripe = snapshot.paymentById.get(orderId)?.returnedOutsideStripe ?? 0;
      const returned = refunds.reduce((total, { amount }) => total + amount, outsideStripe);
      const ids = refunds.map(({ id }) => id).toSorted();
      const how = `${ids.join(', ')}${outsideStripe === 0 ? '' : `, ${formatAmount(outsideStripe)} outside Stripe`}`;
      if (returned > taken)
        return finding(
          `order ${orderId} was charged ${formatAmount(taken)}, but ${formatAmount(returned)} was returned: ${how}`,
          orderId,
          ...ids,
        );
      return returned < taken || order.status === 'cancelled' || isJustRefunded(snapshot, orderId, limits)
        ? undefined
        : finding(
            `order ${orderId} is ${order.status}, but ${formatAmount(returned)} was returned: ${how}`,
            orderId,
            ...ids,
          );
    }),
};
