import type { Decline } from './decline.ts';
import { isAbandoned, type Payment } from './payment.ts';

/** The PaymentIntent as Stripe has it. */
export interface IntentState {
  readonly id: string;
  /** `open`: nothing has been paid and a card may be tried; `processing`: Stripe has not decided. */
  readonly status: 'open' | 'processing' | 'succeeded' | 'canceled';
  /** Of the last card that was tried, if it was refused. */
  readonly decline?: Decline;
}

/** What is to be written of what Stripe says. */
export type Settlement =
  | { readonly kind: 'paid' }
  /** The open attempt was declined. */
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** The open attempt never reached Stripe. */
  | { readonly kind: 'not-made' }
  /** The PaymentIntent can take no money any more. */
  | { readonly kind: 'closed' }
  /** Stripe has not decided, or the attempt may still be on its way there. */
  | { readonly kind: 'undecided' }
  /** Nothing that is not written yet. */
  | { readonly kind: 'nothing' };

/** Reads a PaymentIntent: what became of the charge and of its open attempt. */
export const judge = (payment: Payment, intent: IntentState, now: Date): Settlement => {
  if (intent.status === 'succeeded') return { kind: 'paid' };
  if (intent.status === 'canceled') return { kind: 'closed' };
  const { attempt } = payment;
  if (attempt === undefined) return { kind: 'nothing' };
  if (intent.status === 'processing') return { kind: 'undecided' };
  if (intent.decline !== undefined && isNews(payment, intent.decline)) {
    return { kind: 'declined', decline: intent.decline };
  }
  return { kind: isAbandoned(attempt, now) ? 'not-made' : 'undecided' };
};

/** Stripe shows the last decline until the next try: it belongs to the open attempt unless it is counted already. */
const isNews = (payment: Payment, decline: Decline): boolean =>
  decline.chargeId === undefined ? (payment.attempts ?? 0) === 0 : decline.chargeId !== payment.declinedCharge;
