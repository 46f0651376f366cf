import { NotFoundError } from '@ticketing/common/errors';
import type { ReceiptFile } from '@ticketing/common/receipt';
import type { Deps } from '../deps.ts';
import { getCharge } from './get-charge.ts';

/**
 * The receipt of a payment, also once its money was returned.
 * @throws NotFoundError for an unknown order or one that is not paid, NotAuthorizedError for another user's.
 */
export const getReceipt = async (
  deps: Pick<Deps, 'loadPayment' | 'receipts' | 'site'>,
  request: { readonly orderId: string; readonly userId: string },
): Promise<ReceiptFile> => {
  const { _id: orderId, status, order, amount, currency, ...charge } = await getCharge(deps, request);
  if (status !== 'completed' && status !== 'refunded')
    throw new NotFoundError('Nothing has been paid for this order yet');
  return deps.receipts({
    site: deps.site,
    orderId,
    // Without the time of payment: its first attempt, a hold earlier at most.
    paidAt: charge.completedAt ?? charge.createdAt,
    buyerId: order.userId,
    sellerId: order.sellerId,
    ticket: { ...order.ticket, title: order.ticket?.title ?? 'Ticket' },
    amount,
    currency,
    amountRefunded: charge.amountRefunded ?? (status === 'refunded' ? amount : 0),
  });
};
