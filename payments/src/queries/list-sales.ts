import { ServiceUnavailableError } from '@ticketing/common/errors';
import type { OrderState } from '@ticketing/common/events';
import { maxListed } from '@ticketing/common/http';
import { isTimeout } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { addSale, emptyBalance, type Balance } from '../domain/balance.ts';
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
const maxTimeMS = 5_000;

const facts = {
  'order.problemAt': 1,
  left: 1,
  fee: 1,
  'disputes.status': 1,
  problemSettledAt: 1,
  availableAt: 1,
  releasedAt: 1,
  'transfer.id': 1,
  'transfer.amount': 1,
  'transfer.reversed': 1,
} as const;

/** By the index `sales_by_seller`. */
const soldBy = (sellerId: string) => ({
  'order.sellerId': sellerId,
  completedAt: { $exists: true },
});

const inTime = async <T>(query: () => Promise<T>): Promise<T> => {
  try {
    return await query();
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new ServiceUnavailableError('Your sales take too long to read, please try again', { cause: error });
  }
};

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
    const projection = { ...facts, 'order.ticket': 1, amount: 1, paidOutAt: 1 };
    const [sales, total] = await Promise.all([
      deps.payments
        .find<SaleDocument>(filter, { projection, maxTimeMS })
        .sort({ completedAt: -1, _id: -1 })
        .skip((page - 1) * limit)
        .limit(limit)
        .toArray(),
      deps.payments.countDocuments(filter, { limit: maxListed + 1, maxTimeMS }),
    ]);
    return { sales, total };
  });

/** All that a seller has sold, summed up. */
export const getBalance = (deps: Pick<Deps, 'payments'>, sellerId: string): Promise<Balance> =>
  inTime(async () => {
    let balance = emptyBalance;
    const sales = deps.payments.find<SaleDocument>(soldBy(sellerId), {
      projection: facts,
      maxTimeMS,
      batchSize: 1_000,
    });
    for await (const sale of sales) balance = addSale(balance, sale);
    return balance;
  });
