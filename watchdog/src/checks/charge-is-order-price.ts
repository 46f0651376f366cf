import { lookUp } from '../snapshot/snapshot.ts';
import { checkEach, finding, formatAmount, type Check } from './check.ts';

export const chargeIsOrderPrice: Check = {
  name: 'charge-is-order-price',
  rule: 'Each charge at Stripe equals the price of its order, in the order’s currency.',
  run: ({ charges, orderById, paymentById }) =>
    checkEach(charges, (charge) => {
      const order = lookUp(orderById, charge.orderId);
      if (order === undefined) return undefined;
      const recorded = paymentById.get(order.id)?.currency;
      // An order of the release before does not say its currency.
      const { price, currency = recorded ?? charge.currency } = order;
      const isInCurrency = charge.currency === currency && (recorded ?? currency) === currency;
      return price === charge.amount && isInCurrency
        ? undefined
        : finding(
            `charge ${charge.id} took ${formatAmount(charge.amount)} of ${charge.currency}, recorded as ${recorded ?? 'nothing'}, for order ${order.id}, which costs ${formatAmount(price)} of ${currency}`,
            order.id,
            charge.id,
          );
    }),
};
