import { isOpenDispute } from '@ticketing/common/events';

const dayMs = 24 * 60 * 60_000;
/** When the proceeds of a listing without a date are released, after its delivery. */
const undatedDelayMs = 7 * dayMs;

/** What the seller gets of a sale, in minor units: what is left of its price, less the fee. */
export const proceedsOf = ({ left = 0, fee = 0 }: Pick<Sale, 'left' | 'fee'>): number => left - fee;

/** When the proceeds of a sale that is completed now become the seller's. */
export const availableAt = (
  sale: { readonly completedAt: Date; readonly startsAt: string | undefined },
  payoutDelayMs: number,
): Date => {
  const { completedAt, startsAt } = sale;
  const at = startsAt === undefined ? completedAt.getTime() + undatedDelayMs : Date.parse(startsAt) + payoutDelayMs;
  return new Date(Math.max(at, completedAt.getTime()));
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
