import { isOpenDispute } from '@ticketing/common/events';
import type { Charge } from './api/schemas.ts';
import { amountLabel } from './money.ts';

type Money = Pick<Charge, 'status' | 'amount' | 'currency' | 'amountRefunded' | 'refundStatus' | 'dispute'>;

const hasOpenDispute = ({ dispute }: Money): boolean => dispute !== undefined && isOpenDispute(dispute);

const returned = (charge: Money): string => {
  const payment = `Your payment of ${amountLabel(charge)}`;
  if (charge.refundStatus === 'failed')
    return `The refund of ${amountLabel(charge)} did not reach your card. We are looking into it and return the money again.`;
  // Nothing was refunded: the bank has returned the money itself.
  if (charge.amountRefunded === 0 && charge.dispute?.status === 'lost')
    return `${payment} has been returned by your bank.`;
  return charge.refundStatus === 'pending'
    ? `${payment} is being refunded to your card.`
    : `${payment} has been refunded to your card.`;
};

/** One sentence about the charge of a cancelled order; `wasComplete` if the ticket was the buyer's before. */
export const moneyOutcome = (charge: Money | undefined, wasComplete = false): string => {
  switch (charge?.status) {
    case 'refunded':
      return returned(charge);
    case 'completed':
      if (hasOpenDispute(charge))
        return `Your payment of ${amountLabel(charge)} is with your bank, which decides about your dispute.`;
      return `Your payment of ${amountLabel(charge)} ${wasComplete ? '' : 'arrived too late and '}is being refunded.`;
    case 'created':
    case 'failed':
    case undefined:
      return 'You have not been charged.';
  }
};

/** Sentences about what has become of the money of a ticket that is the buyer's; none if nothing has. */
export const moneyNews = (charge: Money | undefined): readonly string[] => {
  if (charge === undefined) return [];
  const { amountRefunded = 0, currency, refundStatus } = charge;
  const part = amountLabel({ amount: amountRefunded, currency });
  return [
    ...(amountRefunded === 0
      ? []
      : [`${part} of your payment ${refundStatus === 'pending' ? 'is being' : 'has been'} refunded to your card.`]),
    ...(refundStatus === 'failed' ? ['A refund did not reach your card. We are looking into it.'] : []),
    ...(hasOpenDispute(charge)
      ? ['You have disputed this payment. The seller is not paid until your bank has decided.']
      : []),
  ];
};

/** How many more cards may be tried, as a sentence; undefined if not known or if none. */
export const attemptsLeft = (attempts: number | undefined, allowed: number | undefined): string | undefined => {
  if (attempts === undefined || allowed === undefined || attempts >= allowed) return undefined;
  const left = allowed - attempts;
  return left === 1 ? 'You have one attempt left.' : `You have ${left} attempts left.`;
};
