import type { Decline } from './decline.ts';
import { isAbandoned, type Charge } from './payment.ts';

/** The PaymentIntent as Stripe has it. */
export interface IntentState {
  /**
   * `open`: nothing has been paid and a card may be tried; `processing`: Stripe has not decided; `action`: the buyer's bank
   * wants a confirmation.
   */
  readonly status: 'open' | 'processing' | 'action' | 'succeeded' | 'canceled';
  /** The page of the bank. */
  readonly actionUrl?: string;
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
  /** The open attempt waits for the buyer's confirmation at the bank. */
  | { readonly kind: 'action'; readonly number: number; readonly url: string }
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
  const { status, actionUrl: url } = intent;
  if (status === 'action') {
    // The page of the attempt before: Stripe has not tried this card.
    if (url !== undefined && url !== openAttempt.superseded?.action?.url) return { kind: 'action', number, url };
    return url !== undefined && isAbandoned(openAttempt, now) ? { kind: 'not-made', number } : { kind: 'undecided' };
  }
  // Stripe clears the last decline when it asks for the confirmation, so what it shows afterwards came of that.
  const hasEnded = openAttempt.action !== undefined;
  if (intent.decline !== undefined && (hasEnded || isUncounted(charge, intent.decline))) {
    return { kind: 'declined', number, decline: intent.decline };
  }
  return hasEnded || isAbandoned(openAttempt, now) ? { kind: 'not-made', number } : { kind: 'undecided' };
};

/** Stripe shows the last decline until the next attempt: it belongs to the open attempt unless it is counted already. */
const isUncounted = (charge: Charge, decline: Decline): boolean =>
  decline.chargeId === undefined ? charge.declines === 0 : decline.chargeId !== charge.declinedCharge;
