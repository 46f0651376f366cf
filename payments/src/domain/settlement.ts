import type { Decline } from './decline.ts';
import { isAbandoned, type Charge } from './payment.ts';

/** The PaymentIntent as Stripe has it. */
export interface IntentState {
  /** `open`: nothing has been paid and a card may be tried; `processing`: Stripe has not decided. */
  readonly status: 'open' | 'processing' | 'succeeded' | 'canceled';
  /** Of the last card that was tried, if it was refused. */
  readonly decline?: Decline;
}

/** What has to be written for the state of a PaymentIntent. */
export type Settlement =
  | { readonly kind: 'paid' }
  /** The open attempt was declined. */
  | { readonly kind: 'declined'; readonly number: number; readonly decline: Decline }
  /** The open attempt never reached Stripe. */
  | { readonly kind: 'not-made'; readonly number: number }
  /** The PaymentIntent is cancelled: no money can come. */
  | { readonly kind: 'closed' }
  /** Stripe has not decided, or the attempt may still be on its way there. */
  | { readonly kind: 'undecided' }
  /** Everything is written already. */
  | { readonly kind: 'nothing' };

/** Compares a charge with its PaymentIntent: what became of the charge and of its open attempt. */
export const reconcile = (charge: Charge, intent: IntentState, now: Date): Settlement => {
  if (intent.status === 'succeeded') return { kind: 'paid' };
  if (intent.status === 'canceled') return { kind: 'closed' };
  const { openAttempt } = charge;
  if (openAttempt === undefined) return { kind: 'nothing' };
  if (intent.status === 'processing') return { kind: 'undecided' };
  const { number } = openAttempt;
  if (intent.decline !== undefined && isUncounted(charge, intent.decline)) {
    return { kind: 'declined', number, decline: intent.decline };
  }
  return isAbandoned(openAttempt, now) ? { kind: 'not-made', number } : { kind: 'undecided' };
};

/** Stripe shows the last decline until the next attempt: it belongs to the open attempt unless it is counted already. */
const isUncounted = (charge: Charge, decline: Decline): boolean =>
  decline.chargeId === undefined ? charge.declines === 0 : decline.chargeId !== charge.declinedCharge;
