import {
  BadRequestError,
  ConflictError,
  NotAuthorizedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@ticketing/common/errors';
import type { Decline } from '../../domain/decline.ts';
import type { Refusal } from '../../domain/payment-decision.ts';
import type { Payment } from '../../domain/payment.ts';
import type { Outcome } from './record-outcome.ts';

const nothingCharged = () =>
  new ServiceUnavailableError('Stripe does not respond; nothing was charged, please try again');

export const outcomeUnknown = () =>
  new ServiceUnavailableError('The outcome of the payment at Stripe is unknown; you can safely retry');

export const declined = (decline: Decline) => new BadRequestError(decline.message);

const failedForGood = () => new BadRequestError('Payment of this order has failed');

const cancelledMessage = (reason: string | undefined): string =>
  reason === 'expired' ? 'This order has expired' : 'This order has been cancelled';

export const orderNotReady = (kind: 'unknown' | 'unconfirmed') =>
  kind === 'unknown'
    ? new NotFoundError('Order not found')
    : new ConflictError('This order is being confirmed, please try again');

export const refused = (refusal: Refusal) => {
  switch (refusal.kind) {
    case 'not-owner':
      return new NotAuthorizedError();
    case 'cancelled':
      return new BadRequestError(cancelledMessage(refusal.reason));
    case 'given-up':
      return failedForGood();
    case 'in-flight':
      return new ConflictError('Another payment of this order is under way');
  }
};

/** The id of the charge; with the page of the bank if the buyer has to confirm the payment first. */
export interface PayResponse {
  readonly id: string;
  readonly nextAction?: { readonly url: string };
}

/** What the buyer gets for the outcome of the attempt: the charge's id, or an HTTP error. */
export const respond = (orderId: string, outcome: Outcome | { readonly kind: 'paid' }): PayResponse => {
  switch (outcome.kind) {
    case 'action':
      return { id: orderId, nextAction: { url: outcome.url } };
    case 'paid':
      return { id: orderId };
    case 'settled':
      return respondSettled(outcome.payment);
    case 'declined':
      throw declined(outcome.decline);
    case 'unknown-token':
      throw new BadRequestError('Unknown token', 'token');
    case 'refused':
      throw new BadRequestError(outcome.message);
    case 'unknown':
      throw outcomeUnknown();
  }
};

const respondSettled = (payment: Payment | null): { readonly id: string } => {
  if (payment === null) throw new Error('The charge of a claimed attempt does not exist');
  if (payment.order.status === 'cancelled') {
    throw new BadRequestError(`${cancelledMessage(payment.order.reason)}; your payment is refunded`);
  }
  switch (payment.status) {
    case 'completed':
      return { id: payment._id };
    case 'created':
      // The attempt did not count, as this process or another one has read at Stripe.
      throw nothingCharged();
    case 'failed':
    case 'refunded':
      throw failedForGood();
    case undefined:
      throw new Error(`Order ${payment._id} has no charge after an attempt`);
  }
};
