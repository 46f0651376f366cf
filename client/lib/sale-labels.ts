import { currencyOf } from '@ticketing/common/money';
import type { Balance, Sale } from './api/schemas.ts';
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

/** All that a seller has got and will get, without the error of adding fractions. */
export const earnedOf = ({ currency, held, available, paidOut }: Balance): number =>
  Number((held + available + paidOut).toFixed(currencyOf(currency).decimals));

/** What paying a seller depends on; `isReady` is undefined if it could not be read. */
export interface PayoutState {
  readonly isReady: boolean | undefined;
  readonly emailVerified: boolean;
}

/** What is paid out next, and when or why not. */
export const nextPayout = (
  { currency, available, nextRelease }: Balance,
  { isReady, emailVerified }: PayoutState,
): string => {
  const missing =
    isReady === false ? 'once payouts are set up' : emailVerified ? undefined : 'once your email address is confirmed';
  const label = (price: number): string => priceLabel({ price, currency });
  if (available > 0) return `${label(available)}, ${missing ?? 'on its way'}`;
  if (nextRelease === undefined) return 'Nothing yet';
  const { at, amount } = nextRelease;
  return `${label(amount)} on ${formatDateTime(at)}${missing === undefined ? '' : `, ${missing}`}`;
};
