import type { CancelReason } from '@ticketing/common/events';
import { isLeft, type Payment } from './payment.ts';

/** What can be done about a request to pay, by what is known of its order. */
export type PaymentDecision =
  /** Its event has not come yet, or never will. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'not-owner' }
  /** The order's ticket is not confirmed yet. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'paid' }
  | { readonly kind: 'cancelled'; readonly reason: CancelReason | undefined }
  | { readonly kind: 'expired' }
  | { readonly kind: 'given-up' }
  | { readonly kind: 'in-flight' }
  /** An earlier attempt has no known outcome: Stripe is asked before another one begins. */
  | { readonly kind: 'settle-first' }
  | { readonly kind: 'first-attempt' }
  | { readonly kind: 'next-attempt' };

/** The claim of an attempt repeats these conditions in its write; this says why that write found nothing. */
export const decidePayment = (
  payment: Payment | null,
  request: { readonly userId: string; readonly now: Date; readonly maxAttempts: number },
): PaymentDecision => {
  const order = payment?.order;
  if (payment === null || order === undefined) return { kind: 'unknown' };
  if (order.userId !== request.userId) return { kind: 'not-owner' };
  if (order.status === 'cancelled') return { kind: 'cancelled', reason: order.reason };
  if (payment.status === 'completed') return { kind: 'paid' };
  if (payment.status === 'refunded' || payment.status === 'failed') return { kind: 'given-up' };
  if (payment.attempt !== undefined) {
    return { kind: isLeft(payment.attempt, request.now) ? 'settle-first' : 'in-flight' };
  }
  if (Date.parse(order.expiresAt) <= request.now.getTime()) return { kind: 'expired' };
  if (order.status === 'created') return { kind: 'unconfirmed' };
  if ((payment.attempts ?? 0) >= request.maxAttempts) return { kind: 'given-up' };
  return { kind: payment.status === undefined ? 'first-attempt' : 'next-attempt' };
};
