import type { Sale } from './api/schemas.ts';
import { formatDate, formatDateTime } from './dates.ts';
import { priceLabel } from './money.ts';

const badges: Readonly<Record<string, { readonly variant: 'good' | 'wait' | 'over'; readonly label: string }>> = {
  held: { variant: 'wait', label: 'Held' },
  available: { variant: 'good', label: 'Available' },
  paid_out: { variant: 'good', label: 'Paid out' },
  refunded: { variant: 'over', label: 'Refunded' },
  disputed: { variant: 'wait', label: 'Disputed' },
};

export const saleBadge = ({ state }: Pick<Sale, 'state'>) =>
  badges[state] ?? ({ variant: 'wait', label: state } as const);

const stateLabel = ({ state, availableAt, paidOutAt }: Sale): string | undefined => {
  switch (state) {
    case 'held':
      return availableAt === undefined ? undefined : `Becomes available on ${formatDateTime(availableAt)}`;
    case 'available':
      return 'Waits to be paid out';
    case 'paid_out':
      return paidOutAt === undefined ? undefined : `Paid out on ${formatDate(paidOutAt)}`;
    case 'disputed':
      return paidOutAt === undefined
        ? 'Held until the buyer’s dispute or report is settled'
        : 'Taken back from you if the bank decides for the buyer';
    default:
      return undefined;
  }
};

/** What becomes of the money of a sale, in sentences. */
export const saleLines = (sale: Sale): string[] => {
  const { currency, refunded } = sale;
  const label = (price: number): string => priceLabel({ price, currency });
  return [
    `Price ${label(sale.price)}, fee ${label(sale.fee)}`,
    refunded === undefined ? undefined : `${label(refunded)} returned to the buyer`,
    stateLabel(sale),
  ].filter((text) => text !== undefined);
};
