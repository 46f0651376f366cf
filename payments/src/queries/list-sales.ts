import type { OrderState } from '@ticketing/common/events';
import { maxListed } from '@ticketing/common/http';
import { readInTime } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import type { Sale } from '../domain/sale.ts';

/** A completed charge, as its seller is shown it. */
export interface SaleDocument extends Sale {
  readonly _id: string;
  readonly order: OrderState;
  /** Minor units: what the buyer has paid. */
  readonly amount: number;
  readonly availableAt?: Date;
  readonly paidOutAt?: Date;
}

/** A query that takes longer than this must not go on reading: its caller has given up. */
export const maxTimeMS = 5_000;

const shown = {
  'order.ticket': 1,
  'order.problemAt': 1,
  amount: 1,
  left: 1,
  fee: 1,
  sent: 1,
  'disputes.status': 1,
  problemSettledAt: 1,
  availableAt: 1,
  releasedAt: 1,
  paidOutAt: 1,
} as const;

/** By the index `sales_by_seller` or `balance_by_seller`. */
export const soldBy = (sellerId: string) => ({ 'order.sellerId': sellerId, completedAt: { $gt: new Date(0) } });

export const inTime = <T>(query: () => Promise<T>): Promise<T> =>
  readInTime('Your sales take too long to read, please try again', query);

/** A page of a seller's sales, newest first, and how many there are, counted up to one more than can be listed. */
export const listSales = (
  deps: Pick<Deps, 'payments'>,
  request: {
    readonly sellerId: string;
    /** Only the sale of this order. */
    readonly orderId?: string | undefined;
    readonly page: number;
    readonly limit: number;
  },
): Promise<{ readonly sales: SaleDocument[]; readonly total: number }> =>
  inTime(async () => {
    const { orderId, page, limit } = request;
    const filter = { ...soldBy(request.sellerId), ...(orderId === undefined ? {} : { _id: orderId }) };
    const [sales, total] = await Promise.all([
      deps.payments
        .find<SaleDocument>(filter, { projection: shown, maxTimeMS })
        .sort({ completedAt: -1, _id: -1 })
        .skip((page - 1) * limit)
        .limit(limit)
        .toArray(),
      deps.payments.countDocuments(filter, { limit: maxListed + 1, maxTimeMS }),
    ]);
    return { sales, total };
  });
