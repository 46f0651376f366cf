import { checkEach, finding, type Check } from './check.ts';

export const orderCopiesAreTrue: Check = {
  name: 'order-copies-are-true',
  rule: 'The copy of an order in payments is never newer than the order, and equal once no event is pending, except for completion and expiry, which payments knows from its own document, and what comes before the delivery.',
  isEventual: true,
  run: ({ orders, payments, orderById, paymentById }) => {
    const behind = checkEach(orders, ({ id, version, status, price, deliveryStatus }) => {
      const payment = paymentById.get(id);
      const copy = payment?.order;
      if (copy === undefined) return finding(`payments has no copy of order ${id}, which is in version ${version}`, id);
      // The order is complete because of the charge, so payments copies it once its ticket is delivered.
      const mayBeOlder = deliveryStatus === 'pending' || copy.version === version - 1;
      const isOnlyComplete = status === 'complete' && payment?.status === 'completed' && mayBeOlder;
      if (copy.version < version && isOnlyComplete) return undefined;
      if (copy.version < version)
        return finding(`payments has order ${id} in version ${copy.version}, the order is in ${version}`, id);
      if (copy.version > version) return undefined;
      // Payments has closed the payment, and orders has not received its answer yet.
      if (payment?.closedAt !== undefined && status === 'awaiting:payment') return undefined;
      return copy.status === status && copy.price === price
        ? undefined
        : finding(
            `payments has order ${id} in its version ${version} as ${copy.status}, it is ${status}, or its price differs`,
            id,
          );
    });
    const ahead = payments.flatMap(({ id, order: copy }) => {
      const order = orderById.get(id);
      if (copy === undefined || (order !== undefined && copy.version <= order.version)) return [];
      const state = order === undefined ? 'does not exist' : `is in ${order.version}`;
      return [finding(`payments has order ${id} in version ${copy.version} already, the order ${state}`, id)];
    });
    return { checked: behind.checked, findings: [...behind.findings, ...ahead] };
  },
};
