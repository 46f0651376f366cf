import { each, found, type Check } from './check.ts';

export const orderCopiesAreTrue: Check = {
  name: 'order-copies-are-true',
  says: 'What payments knows of an order is never ahead of the order, and its equal when it is quiet, save that its own charge tells it of completion.',
  compare: ({ orders, payments, orderById, paymentById }) => {
    const behind = each(orders, ({ id, version, status, price }) => {
      const payment = paymentById.get(id);
      const copy = payment?.order;
      if (copy === undefined) return found(`order ${id} in version ${version} is unknown to payments`, id);
      // It was payments that told orders of the money, so it does not copy what orders makes of it.
      if (status === 'complete' && payment?.status === 'completed' && copy.version === version - 1) return undefined;
      if (copy.version < version)
        return found(`payments knows order ${id} in version ${copy.version}, it is in ${version}`, id);
      if (copy.version > version) return undefined;
      return copy.status === status && copy.price === price
        ? undefined
        : found(
            `payments knows order ${id} in its version ${version} as ${copy.status}, it is ${status}, or its price differs`,
            id,
          );
    });
    const ahead = payments.flatMap(({ id, order: copy }) => {
      if (copy === undefined) return [];
      const order = orderById.get(id);
      if (order !== undefined && copy.version <= order.version) return [];
      const state = order === undefined ? 'there is none' : `it is in ${order.version}`;
      return [found(`payments knows order ${id} in version ${copy.version} already, ${state}`, id)];
    });
    return { lookedAt: behind.lookedAt, found: [...behind.found, ...ahead] };
  },
};
