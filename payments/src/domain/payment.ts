import type { ChargeStatus, OrderState } from '@ticketing/common/events';

/** Of every price on the site, in what Stripe charges and in the books. */
export const currency = 'usd';

/** Longer than the 20 s that a process waits for Stripe, by replicas' clocks that differ by some seconds: an attempt of this age has lost its process. */
export const attemptAbandonedMs = 40_000;

/** The one attempt to pay that is under way, or whose outcome nobody knows yet. */
export interface Attempt {
  /** Counts every attempt of the order, so that no two ever share an idempotency key at Stripe. */
  readonly number: number;
  /** Hash of what the buyer pays with: tells a repeat from a try with another card. */
  readonly token: string;
  readonly at: Date;
  /** Its process has given up waiting: what Stripe says may be written by anybody. */
  readonly unknown?: boolean;
  readonly correlationId: string;
  readonly traceId: string;
}

/** Money of a cancelled order that may be on its way in, to be stopped or returned. */
export interface MoneyBack {
  /** When it is next taken up. */
  readonly due: Date;
  /** How often Stripe has not answered. */
  readonly failures?: number;
  readonly correlationId: string;
  readonly traceId: string;
}

/** What payments knows of one order, and the charge for it once the first attempt is made. */
export interface Payment {
  readonly _id: string;
  /** Copy of the order, as its newest event told it. */
  readonly order?: OrderState;
  /** Absent until the first attempt, as everything below. */
  readonly status?: ChargeStatus;
  /** Declines so far. */
  readonly attempts?: number;
  /** Cents: the order's price. */
  readonly amount?: number;
  readonly currency?: string;
  /** The one PaymentIntent of the order. */
  readonly stripeId?: string;
  readonly stripeRefundId?: string;
  /** The failed charge at Stripe that the last counted decline came with. */
  readonly declinedCharge?: string;
  /** Attempts so far, whatever became of them. */
  readonly tries?: number;
  readonly attempt?: Attempt;
  readonly moneyBack?: MoneyBack;
  readonly createdAt?: Date;
}

/** Whether the process that made the attempt has given it up, or is gone. */
export const isLeft = (attempt: Attempt, now: Date): boolean => attempt.unknown === true || isAbandoned(attempt, now);

/** Whether nothing of the attempt can still be on its way to Stripe. */
export const isAbandoned = (attempt: Attempt, now: Date): boolean =>
  now.getTime() - attempt.at.getTime() >= attemptAbandonedMs;
