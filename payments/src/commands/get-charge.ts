import { NotAuthorizedError, NotFoundError } from '@ticketing/common/errors';
import type { PaymentDocument } from '../models/index.ts';
import type { Deps } from './deps.ts';

/** @throws NotFoundError for an unknown order or one without a charge, NotAuthorizedError for somebody else's. */
export const getCharge = async (
  deps: Deps,
  request: { readonly orderId: string; readonly userId: string },
): Promise<PaymentDocument> => {
  const payment = await deps.loadPayment(request.orderId);
  if (payment?.order === undefined) throw new NotFoundError('Order not found');
  if (payment.order.userId !== request.userId) throw new NotAuthorizedError();
  if (payment.status === undefined) throw new NotFoundError('Nothing has been paid for this order yet');
  return payment;
};
