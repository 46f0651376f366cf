import { isOpenDispute } from '@ticketing/common/events';
import type { Charge } from './api/schemas.ts';
import { amountLabel } from './money.ts';

type Money = Pick<
  Charge,
  'status' | 'amount' | 'currency' | 'amountRefunded' | 'refundStatus' | 'returnedOutsideStripe' | 'owed' | 'dispute'
>;

const hasOpenDispute = ({ dispute }: Money): boolean => dispute !== undefined && isOpenDispute(dispute);

const toCard = (amount: number, currency: string, verb = 'has been'): string =>
  `${amountLabel({ amount, currency })} of your payment ${verb} refunded to your card.`;

const inAnotherWay = (amount: number, currency: string): string =>
  `A refund did not reach your card, so we have returned ${amountLabel({ amount, currency })} in another way.`;

const returned = (charge: Money): string => {
  const payment = `Your payment of ${amountLabel(charge)}`;
  if (charge.owed !== undefined)
    return `The refund of ${amountLabel({ amount: charge.owed, currency: charge.currency })} did not reach your card. We are looking into it and return the money again.`;
  if (charge.returnedOutsideStripe !== undefined) {
    const other = inAnotherWay(charge.returnedOutsideStripe, charge.currency);
    const { amountRefunded = 0 } = charge;
    return amountRefunded === 0 ? other : `${toCard(amountRefunded, charge.currency)} ${other}`;
  }
  // Nothing was refunded: the bank has returned the money itself.
  if (charge.amountRefunded === 0 && charge.dispute?.status === 'lost')
    return `${payment} has been returned by your bank.`;
  return charge.refundStatus === 'pending'
    ? `${payment} is being refunded to your card.`
    : `${payment} has been refunded to your card.`;
};

const notCharged = 'You have not been charged.';
const tooLate = 'arrived too late and is being refunded.';

/** One sentence about the charge of a cancelled order; `wasComplete` if the ticket was the buyer's before. */
export const moneyOutcome = (charge: Money | undefined, wasComplete = false): string => {
  switch (charge?.status) {
    case 'refunded':
      return returned(charge);
    case 'completed':
      if (hasOpenDispute(charge))
        return `Your payment of ${amountLabel(charge)} is with your bank, which decides about your dispute.`;
      return `Your payment of ${amountLabel(charge)} ${wasComplete ? 'is being refunded.' : tooLate}`;
    case 'created':
    case 'failed':
      return charge.owed === undefined ? notCharged : `Your payment of ${amountLabel(charge)} ${tooLate}`;
    case undefined:
      return notCharged;
  }
};

/** Sentences about what has become of the money of a ticket that is the buyer's; none if nothing has. */
export const moneyNews = (charge: Money | undefined): readonly string[] => {
  if (charge === undefined) return [];
  const { amountRefunded = 0, currency, refundStatus, returnedOutsideStripe, owed } = charge;
  return [
    ...(amountRefunded === 0
      ? []
      : [toCard(amountRefunded, currency, refundStatus === 'pending' ? 'is being' : 'has been')]),
    ...(returnedOutsideStripe !== undefined ? [inAnotherWay(returnedOutsideStripe, currency)] : []),
    ...(owed !== undefined ? ['A refund did not reach your card. We are looking into it.'] : []),
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
