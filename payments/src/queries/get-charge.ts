import { NotAuthorizedError, NotFoundError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
import type { Charge } from '../domain/payment.ts';

/** @throws NotFoundError for an unknown order or one without a charge, NotAuthorizedError for another user's. */
export const getCharge = async (
  deps: Pick<Deps, 'loadPayment'>,
  request: { readonly orderId: string; readonly userId: string },
): Promise<Charge> => {
  const payment = await deps.loadPayment(request.orderId);
  if (payment === null) throw new NotFoundError('Order not found');
  if (payment.order.userId !== request.userId) throw new NotAuthorizedError();
  if (payment.status === undefined) throw new NotFoundError('Nothing has been paid for this order yet');
  return payment;
};
