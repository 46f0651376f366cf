import { isOpenDispute } from '@ticketing/common/events';

const dayMs = 24 * 60 * 60_000;
/** When the proceeds of a listing without a date are released, after its delivery. */
export const undatedDelayMs = 7 * dayMs;

/** What the seller gets of a sale, in minor units: what is left of its price, less the fee. */
export const proceedsOf = ({ left = 0, fee = 0 }: Pick<Sale, 'left' | 'fee'>): number => left - fee;

/**
 * When the proceeds of a sale become the seller's, if nothing prevents it: some time after the start of the event, but not
 * before the sale or the delivery. Without a start it is unknown until the ticket is delivered.
 */
export const availableAt = (
  sale: {
    readonly startsAt: string | undefined;
    readonly completedAt?: Date | undefined;
    readonly deliveredAt?: string | undefined;
  },
  payoutDelayMs: number,
): Date | undefined => {
  const { startsAt, completedAt = new Date(0), deliveredAt } = sale;
  const deliveredMs = deliveredAt === undefined ? undefined : Date.parse(deliveredAt);
  if (startsAt === undefined) return deliveredMs === undefined ? undefined : new Date(deliveredMs + undatedDelayMs);
  return new Date(Math.max(Date.parse(startsAt) + payoutDelayMs, completedAt.getTime(), deliveredMs ?? 0));
};

/** Whether the buyer has reported a problem that no operator has settled. */
export const hasOpenProblem = ({ order, problemSettledAt }: Pick<Sale, 'order' | 'problemSettledAt'>): boolean =>
  order.problemAt !== undefined && Date.parse(order.problemAt) > (problemSettledAt?.getTime() ?? 0);

export type SaleState = 'held' | 'available' | 'paid_out' | 'refunded' | 'disputed';

/** What the state of a sale depends on. */
export interface Sale {
  readonly left?: number | undefined;
  readonly fee?: number | undefined;
  readonly disputes?: readonly { readonly status: string }[] | undefined;
  readonly order: { readonly problemAt?: string | undefined };
  readonly problemSettledAt?: Date | undefined;
  readonly releasedAt?: Date | undefined;
  readonly sent?: number | undefined;
}

/** What a seller is told of a completed charge. A dispute or a problem that is open stops release and transfer. */
export const saleStateOf = (sale: Sale): SaleState => {
  const { left, sent = 0, disputes = [], releasedAt } = sale;
  if (left === 0) return 'refunded';
  if (disputes.some(isOpenDispute) || hasOpenProblem(sale)) return 'disputed';
  if (sent > 0) return 'paid_out';
  return releasedAt === undefined ? 'held' : 'available';
};
