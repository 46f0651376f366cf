import { isSettleable, type Attempting, type Payment } from './payment.ts';

/** Why a request to pay is refused. */
export type Refusal =
  | { readonly kind: 'not-owner' }
  /** An order past its deadline counts as cancelled for it, although that event may still be missing. */
  | { readonly kind: 'cancelled'; readonly reason: string | undefined }
  /** Payment of the order has failed for good, or its money was refunded. */
  | { readonly kind: 'given-up' }
  | { readonly kind: 'in-flight' };

/** What a request to pay leads to, by the state of the order's payment. */
export type PaymentDecision =
  | Refusal
  /** The order's event has not arrived yet, or there is no such order. */
  | { readonly kind: 'unknown' }
  /** The order's ticket is not confirmed yet. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'paid' }
  /** The outcome of an earlier attempt is unknown, or waits for the bank: it is read at Stripe before another one is claimed. */
  | { readonly kind: 'settle-first'; readonly charge: Attempting }
  /** The confirmation of this card has failed since the last request. */
  | { readonly kind: 'declined'; readonly message: string }
  | { readonly kind: 'first-attempt' }
  | { readonly kind: 'next-attempt' };

/** The claim of an attempt repeats these conditions in its write; this returns why that write matched nothing. */
export const decidePayment = (
  payment: Payment | null,
  request: {
    readonly userId: string;
    /** Hash of the request's token. */
    readonly token: string;
    readonly now: Date;
    readonly maxDeclines: number;
  },
): PaymentDecision => {
  if (payment === null) return { kind: 'unknown' };
  const { order } = payment;
  if (order.userId !== request.userId) return { kind: 'not-owner' };
  if (order.status === 'cancelled') return { kind: 'cancelled', reason: order.reason };
  switch (payment.status) {
    case 'completed':
      return { kind: 'paid' };
    case 'failed':
    case 'refunded':
      return { kind: 'given-up' };
    case 'created':
    case undefined:
      if (payment.openAttempt !== undefined) {
        return isSettleable(payment.openAttempt, request.now)
          ? { kind: 'settle-first', charge: payment }
          : { kind: 'in-flight' };
      }
      if (order.closing !== undefined) return { kind: 'cancelled', reason: order.closing };
      if (Date.parse(order.expiresAt) <= request.now.getTime()) return { kind: 'cancelled', reason: 'expired' };
      if (order.status === 'created') return { kind: 'unconfirmed' };
      if (payment.status === undefined) return { kind: 'first-attempt' };
      if (payment.unseenDecline?.token === request.token) {
        return { kind: 'declined', message: payment.unseenDecline.message };
      }
      return { kind: payment.declines >= request.maxDeclines ? 'given-up' : 'next-attempt' };
  }
};
