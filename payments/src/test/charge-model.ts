import type { ChargeStatus, OrderState } from '@ticketing/common/events';
import { actionReadMs, attemptAbandonedMs, nextActionRead } from '../domain/payment.ts';
import { withEventId } from '../domain/with-event-id.ts';

export const tokens = ['tok_visa', 'tok_chargeDeclined', 'tok_unknown', 'tok_threeDSecure2Required'] as const;
export type Token = (typeof tokens)[number];

export const maxDeclines = 2;

/** An attempt that waits for the bank, or whose process has died. */
interface OpenAttempt {
  readonly at: number;
  readonly token: Token;
  /** What Stripe knows; `action`: the page of the bank is open. */
  outcome: 'paid' | 'declined' | 'action' | 'none';
  /** The page is stored: when Stripe was last asked, and when a worker asks next. */
  action: { readonly readAt: number; readonly due: number } | undefined;
  /** The one that waited for the bank until this one took its place. */
  readonly superseded?: OpenAttempt | undefined;
}

/** The model: the charge of an order in memory, changed by one command at a time. */
export interface Charge {
  readonly clock: { readonly ms: number };
  /** The copy of the order. */
  order: OrderState | undefined;
  status: ChargeStatus | undefined;
  attempts: number;
  open: OpenAttempt | undefined;
  /** The card whose confirmation failed without its request. */
  unseenDecline: Token | undefined;
  /** The charge is marked: its payment is to be prevented or refunded. */
  isRefundDue: boolean;
  /** An operator has ordered the refund. */
  isOrdered: boolean;
  isClosed: boolean;
  /** Money has come that is no sale, and is to be refunded. */
  isPaidLate: boolean;
  /** Stripe has an open page, a payment or a cancellation that belongs to no attempt: the model does not follow it. */
  isUncertain: boolean;
  /** Money has been moved at Stripe, by somebody else than this service. */
  hasMoved: boolean;
}

export const newCharge = (clock: Charge['clock']): Charge => ({
  clock,
  order: undefined,
  status: undefined,
  attempts: 0,
  open: undefined,
  unseenDecline: undefined,
  isRefundDue: false,
  isOrdered: false,
  isClosed: false,
  isPaidLate: false,
  isUncertain: false,
  hasMoved: false,
});

// Each of the following returns the outcome of its command, a part of the text of an error.

export const receive = (charge: Charge, state: OrderState): string => {
  if (charge.order === undefined || state.version > charge.order.version) charge.order = withEventId(state);
  const mayHaveMoney = charge.status === 'created' || charge.status === 'completed' || charge.status === 'failed';
  if (state.status === 'cancelled' && mayHaveMoney && !charge.isClosed) charge.isRefundDue = true;
  const isOpen = charge.order.status !== 'cancelled' && (charge.status === undefined || charge.status === 'created');
  if (state.status === 'awaiting:payment' && state.closing !== undefined && isOpen) {
    if (charge.open === undefined) close(charge, charge.order);
    charge.isRefundDue = charge.status !== undefined;
  }
  return 'done';
};

const close = (charge: Charge, order: OrderState): void => {
  charge.isClosed = true;
  charge.order = { ...order, status: 'cancelled', reason: order.closing };
};

const decline = (charge: Charge): void => {
  charge.attempts += 1;
  if (charge.attempts >= maxDeclines) charge.status = 'failed';
};

const complete = (charge: Charge): void => {
  if (charge.order?.status === 'cancelled') {
    charge.isPaidLate = true;
    charge.isRefundDue = true;
    return;
  }
  charge.status = 'completed';
  // There is nothing left to prevent.
  charge.isRefundDue = false;
};

const wait = (charge: Charge, open: OpenAttempt): void => {
  const { ms } = charge.clock;
  const due = nextActionRead({ at: new Date(open.at) }, new Date(ms)).getTime();
  open.action = { readAt: ms, due };
};

/** Writes what Stripe knows of the open attempt; `by`: the card of the request that asks. */
const settleOpen = (charge: Charge, open: OpenAttempt, by?: Token): void => {
  if (open.outcome === 'action') return wait(charge, open);
  charge.open = open.outcome === 'none' ? open.superseded : undefined;
  if (open.outcome === 'paid') complete(charge);
  if (open.outcome === 'declined') {
    if (open.action !== undefined && open.token !== by) charge.unseenDecline = open.token;
    decline(charge);
  }
};

const isAbandoned = ({ clock }: Charge, { at }: OpenAttempt): boolean => clock.ms - at >= attemptAbandonedMs;

/** The worker for attempts whose process has died. */
export const settle = (charge: Charge): string => {
  const { open, isRefundDue } = charge;
  if (open?.action === undefined && open !== undefined && !isRefundDue && isAbandoned(charge, open))
    settleOpen(charge, open);
  return 'ok';
};

/** The worker for confirmations. */
export const settleActions = (charge: Charge): string => {
  const { open, isRefundDue, clock } = charge;
  if (open?.action !== undefined && !isRefundDue && open.action.due <= clock.ms) settleOpen(charge, open);
  return 'ok';
};

/** The buyer looks at the order. */
export const look = (charge: Charge): string => {
  const { open, clock } = charge;
  if (open?.action !== undefined && clock.ms - open.action.readAt >= actionReadMs) settleOpen(charge, open);
  return 'ok';
};

/** The buyer decides on the page of the bank. */
export const decideAtBank = ({ open }: Charge, outcome: 'complete' | 'fail'): string => {
  const isOpen = open?.outcome === 'action' || (open?.outcome === 'none' && open.superseded !== undefined);
  if (isOpen) open.outcome = outcome === 'complete' ? 'paid' : 'declined';
  return 'ok';
};

export const orderRefund = (charge: Charge): string => {
  if (charge.status === 'completed') {
    charge.isRefundDue = true;
    charge.isOrdered = true;
  }
  return 'ok';
};

export const refund = (charge: Charge): string => {
  if (!charge.isRefundDue) return 'ok';
  const { order, status } = charge;
  const isPaid = status === 'completed' || charge.isPaidLate || charge.open?.outcome === 'paid';
  if (order !== undefined && order.status !== 'cancelled' && !charge.isOrdered) {
    // Closing: the PaymentIntent is canceled, unless it was paid.
    if (isPaid) charge.status = 'completed';
    else if (status === 'created') close(charge, order);
    else if (status === 'failed') charge.isClosed = true;
  } else if (isPaid) charge.status = 'refunded';
  else charge.isClosed = true;
  charge.isRefundDue = false;
  charge.isPaidLate = false;
  charge.open = undefined;
  return 'ok';
};

const declineMessage = (token: Token): string =>
  token === 'tok_threeDSecure2Required' ? 'Your bank did not confirm this payment' : 'Your card was declined.';

export const pay = (charge: Charge, token: Token): string => {
  const { order, open, status, clock } = charge;
  if (order === undefined) return 'waits for the order';
  if (order.status === 'cancelled') {
    return order.reason === 'expired' ? 'This order has expired' : 'This order has been cancelled';
  }
  if (status === 'completed') return 'ok';
  if (status === 'failed' || status === 'refunded') return 'Payment of this order has failed';
  const isOver = order.closing !== undefined || Date.parse(order.expiresAt) <= clock.ms;
  if (open !== undefined) {
    const { action } = open;
    if (action === undefined && !isAbandoned(charge, open)) return 'Another payment of this order is under way';
    const isSame = open.token === token;
    settleOpen(charge, open, token);
    if (open.outcome === 'declined' && isSame) return declineMessage(token);
    if (open.outcome !== 'action') return pay(charge, token);
    if (isSame) return 'ok';
    if (isOver) return 'This order has expired';
    return tryCard(charge, token, open);
  }
  if (isOver) return 'This order has expired';
  if (order.status === 'created') return 'waits for the order';
  if (order.status === 'complete') return 'a complete order without a payment';
  if (charge.unseenDecline === token) {
    charge.unseenDecline = undefined;
    return declineMessage(token);
  }
  return tryCard(charge, token);
};

/** Another card ends a confirmation; a token that Stripe does not know leaves its page open. */
const tryCard = (charge: Charge, token: Token, superseded?: OpenAttempt): string => {
  charge.status ??= 'created';
  charge.open = token === 'tok_unknown' ? superseded : undefined;
  charge.unseenDecline = undefined;
  switch (token) {
    case 'tok_unknown':
      return 'Unknown token';
    case 'tok_visa':
      complete(charge);
      return 'ok';
    case 'tok_threeDSecure2Required':
      charge.open = { at: charge.clock.ms, token, outcome: 'action', action: undefined };
      wait(charge, charge.open);
      return 'ok';
    case 'tok_chargeDeclined':
      decline(charge);
      return declineMessage(token);
  }
};
