import type { Charge } from './api/schemas.ts';
import { amountLabel } from './money.ts';

/** One sentence about the charge of a cancelled order. */
export const moneyOutcome = (charge: Pick<Charge, 'status' | 'amount' | 'currency'> | undefined): string => {
  switch (charge?.status) {
    case 'refunded':
      return `Your payment of ${amountLabel(charge)} has been refunded to your card.`;
    case 'completed':
      return `Your payment of ${amountLabel(charge)} arrived too late and is being refunded.`;
    case 'created':
    case 'failed':
    case undefined:
      return 'You have not been charged.';
  }
};

/** How many more cards may be tried, as a sentence; undefined if not known or if none. */
export const attemptsLeft = (attempts: number | undefined, allowed: number | undefined): string | undefined => {
  if (attempts === undefined || allowed === undefined || attempts >= allowed) return undefined;
  const left = allowed - attempts;
  return left === 1 ? 'You have one attempt left.' : `You have ${left} attempts left.`;
};
