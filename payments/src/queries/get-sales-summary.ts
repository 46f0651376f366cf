import type { Deps } from '../deps.ts';
import { periodUnitFor, type PeriodUnit } from '../domain/period.ts';
import type { SaleState } from '../domain/sale.ts';
import { isDisputed, isReleased } from './get-balance.ts';
import { inTime, maxTimeMS, soldBy } from './list-sales.ts';

/** Some sales, and what the seller gets of them in minor units. */
export interface Sold {
  readonly sales: number;
  readonly proceeds: number;
}

export interface SalesSummary extends Sold {
  readonly states: ReadonlyMap<SaleState, Sold>;
  readonly unit: PeriodUnit;
  /** By their first moment, the oldest first; only those that have sales. */
  readonly periods: ReadonlyMap<number, Sold>;
}

interface Group extends Sold {
  readonly _id: { readonly from: Date; readonly state: SaleState };
}

// As `saleStateOf`.
const paidOrHeld = { $cond: [{ $gt: ['$sent', 0] }, 'paid_out', { $cond: [isReleased, 'available', 'held'] }] };
const state = { $cond: [{ $eq: ['$left', 0] }, 'refunded', { $cond: [isDisputed, 'disputed', paidOrHeld] }] };

/** All that a seller has sold, by period and state, which the database counts from an index alone. */
export const salesByPeriod = (sellerId: string, unit: PeriodUnit) =>
  [
    [
      { $match: soldBy(sellerId) },
      {
        $group: {
          _id: { from: { $dateTrunc: { date: '$completedAt', unit, startOfWeek: 'monday' } }, state },
          sales: { $sum: 1 },
          proceeds: { $sum: { $subtract: ['$left', '$fee'] } },
        },
      },
      { $sort: { '_id.from': 1 } },
    ],
    { hint: 'balance_by_seller', maxTimeMS },
  ] as const;

const sumUp = (groups: readonly Sold[]): Sold => ({
  sales: groups.reduce((sum, { sales }) => sum + sales, 0),
  proceeds: groups.reduce((sum, { proceeds }) => sum + proceeds, 0),
});

const sumUpBy = <Key>(groups: readonly Group[], keyOf: (group: Group) => Key): ReadonlyMap<Key, Sold> =>
  new Map([...Map.groupBy(groups, keyOf)].map(([key, own]) => [key, sumUp(own)]));

/** A seller's sales over time. @throws ServiceUnavailableError when counting them takes too long. */
export const getSalesSummary = (
  { payments, now }: Pick<Deps, 'payments' | 'now'>,
  sellerId: string,
): Promise<SalesSummary> =>
  inTime(async () => {
    const first = await payments.findOne<{ readonly completedAt: Date }>(soldBy(sellerId), {
      projection: { _id: 0, completedAt: 1 },
      sort: { completedAt: 1 },
      hint: 'balance_by_seller',
      maxTimeMS,
    });
    const unit = periodUnitFor(first?.completedAt ?? now(), now());
    const [pipeline, options] = salesByPeriod(sellerId, unit);
    const groups = first === null ? [] : await payments.aggregate<Group>([...pipeline], options).toArray();
    return {
      ...sumUp(groups),
      states: sumUpBy(groups, ({ _id }) => _id.state),
      unit,
      periods: sumUpBy(groups, ({ _id }) => _id.from.getTime()),
    };
  });
