import { openDisputeStatuses } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { inTime, maxTimeMS, soldBy } from './list-sales.ts';

/** A seller's money, in minor units. */
export interface Balance {
  /** Not released yet, or disputed. */
  readonly held: number;
  /** Released and not sent. Negative while the seller owes what was refunded after it was sent. */
  readonly available: number;
  readonly paidOut: number;
  /** When the next proceeds are released, and how much becomes available then. Those whose time has come wait for something. */
  readonly nextRelease?: { readonly at: Date; readonly amount: number };
}

/** Sums of the sales that are in the same state. */
interface Sums {
  /** `next`: held, and to be released at a time. */
  readonly _id: 'next' | 'held' | 'available';
  readonly due: number;
  readonly sent: number;
  readonly first: { readonly at: Date; readonly due: number };
}

const due = { $subtract: [{ $subtract: ['$left', '$fee'] }, { $ifNull: ['$sent', 0] }] };
/** As in `saleStateOf`. An index has null where a document has nothing. */
const hasOpenProblem = {
  $gt: ['$order.problemAt', { $ifNull: [{ $dateToString: { date: '$problemSettledAt' } }, ''] }],
};
export const isDisputed = {
  $and: [{ $ne: ['$left', 0] }, { $or: [{ $in: ['$dispute.status', [...openDisputeStatuses]] }, hasOpenProblem] }],
};
export const isReleased = { $gt: ['$releasedAt', null] };
const stateAt = (now: Date) => {
  const isNext = { $and: [{ $gt: [due, 0] }, { $gt: ['$availableAt', now] }] };
  return { $cond: [isDisputed, 'held', { $cond: [isReleased, 'available', { $cond: [isNext, 'next', 'held'] }] }] };
};

/** The sums of all that a seller has sold, which the database makes from an index alone. */
export const balanceOf = (sellerId: string, now: Date) =>
  [
    [
      { $match: soldBy(sellerId) },
      {
        $group: {
          _id: { state: stateAt(now), at: { $cond: [isReleased, null, '$availableAt'] } },
          due: { $sum: due },
          sent: { $sum: '$sent' },
        },
      },
      {
        $group: {
          _id: '$_id.state',
          due: { $sum: '$due' },
          sent: { $sum: '$sent' },
          first: { $top: { sortBy: { '_id.at': 1 }, output: { at: '$_id.at', due: '$due' } } },
        },
      },
    ],
    { hint: 'balance_by_seller', maxTimeMS },
  ] as const;

/** What a seller's sales have brought. @throws ServiceUnavailableError when summing them up takes too long. */
export const getBalance = (deps: Pick<Deps, 'payments' | 'now'>, sellerId: string): Promise<Balance> =>
  inTime(async () => {
    const [pipeline, options] = balanceOf(sellerId, deps.now());
    const groups = await deps.payments.aggregate<Sums>([...pipeline], options).toArray();
    const sumOf = (field: 'due' | 'sent', states: readonly Sums['_id'][]): number =>
      groups.filter(({ _id }) => states.includes(_id)).reduce((sum, group) => sum + group[field], 0);
    const next = groups.find(({ _id }) => _id === 'next')?.first;
    return {
      held: sumOf('due', ['next', 'held']),
      available: sumOf('due', ['available']),
      paidOut: sumOf('sent', ['next', 'held', 'available']),
      ...(next === undefined ? {} : { nextRelease: { at: next.at, amount: next.due } }),
    };
  });
