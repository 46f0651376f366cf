import type { Charge } from './api/schemas.ts';
import { formatCents } from './money.ts';

/** What became of the money of an order that was cancelled, in one sentence. */
export const moneyOutcome = (charge: Pick<Charge, 'status' | 'amount'> | undefined): string => {
  switch (charge?.status) {
    case 'refunded':
      return `Your payment of ${formatCents(charge.amount)} has been refunded to your card.`;
    case 'completed':
      return `Your payment of ${formatCents(charge.amount)} arrived too late and is being refunded.`;
    case 'created':
    case 'failed':
    case undefined:
      return 'You have not been charged.';
  }
};

/** How many more cards may be tried, in words; undefined when that is not known. */
export const attemptsLeft = (attempts: number | undefined, allowed: number | undefined): string | undefined => {
  if (attempts === undefined || allowed === undefined || attempts >= allowed) return undefined;
  const left = allowed - attempts;
  return left === 1 ? 'You have one more try.' : `You have ${left} more tries.`;
};
