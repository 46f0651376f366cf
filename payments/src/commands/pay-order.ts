import {
  BadRequestError,
  ConflictError,
  NotAuthorizedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@ticketing/common/errors';
import type { CancelReason } from '@ticketing/common/events';
import { decidePayment } from '../domain/payment-decision.ts';
import type { Attempt, Payment } from '../domain/payment.ts';
import { tokenHash } from '../domain/token.ts';
import { claimFirstAttempt, claimNextAttempt, type AttemptRequest } from './claim-attempt.ts';
import type { Deps } from './deps.ts';
import { recordDecline, recordFailed, recordNotMade, recordPaid, recordUnknown } from './record-outcome.ts';
import { settleCharge, type Settled } from './settle-charge.ts';

/** An order may be paid for moments before its events have come. */
const waitForOrderMs = 2_000;
const lookAgainMs = 50;

const nothingCharged = () =>
  new ServiceUnavailableError('Stripe does not answer; nothing was charged, please try again');

const outcomeUnknown = () =>
  new ServiceUnavailableError('Stripe has not told the outcome of the payment yet; a repeat is safe');

const cancelledMessage = (reason: CancelReason | undefined): string =>
  reason === 'expired' ? 'This order has expired' : 'This order has been cancelled';

/**
 * Pays for an order, once however often it is asked. Every way to Stripe leads through the claim of an attempt, and
 * nothing is claimed while the outcome of an earlier attempt is unknown.
 */
export const payOrder = async (deps: Deps, request: AttemptRequest): Promise<{ readonly id: string }> => {
  const until = performance.now() + deps.patienceMs.buyer;
  const waitUntil = performance.now() + waitForOrderMs;
  let payment = await claimFirstAttempt(deps, request);
  while (payment === null) payment = await explainOrClaim(deps, request, { until, waitUntil });
  const { attempt } = payment;
  if (payment.status === 'completed' || attempt === undefined) return { id: payment._id };
  const claimed = { payment, attempt, until };
  return deps.ownPayments.during(payment._id, () => tryToPay(deps, request, claimed));
};

/**
 * Why the claim found nothing: the paid order's payment, an attempt that can be claimed now after all, or null to look
 * again.
 */
const explainOrClaim = async (
  deps: Deps,
  request: AttemptRequest,
  time: { readonly until: number; readonly waitUntil: number },
): Promise<Payment | null> => {
  const payment = await deps.loadPayment(request.orderId);
  const decision = decidePayment(payment, { userId: request.userId, now: deps.now(), maxAttempts: deps.maxAttempts });
  switch (decision.kind) {
    case 'unknown':
    case 'unconfirmed': {
      const left = time.waitUntil - performance.now();
      if (left > 0) {
        await deps.arrivals.next(request.orderId, Math.min(left, lookAgainMs));
        return claimFirstAttempt(deps, request);
      }
      if (decision.kind === 'unknown') throw new NotFoundError('Order not found');
      throw new ConflictError('This order is being confirmed, please try again');
    }
    case 'not-owner':
      throw new NotAuthorizedError();
    case 'cancelled':
      throw new BadRequestError(cancelledMessage(decision.reason));
    case 'expired':
      throw new BadRequestError(cancelledMessage('expired'));
    case 'given-up':
      throw new BadRequestError('Payment of this order has failed');
    case 'in-flight':
      throw new ConflictError('Another payment of this order is under way');
    case 'paid':
      return payment;
    case 'settle-first':
      if (payment?.attempt !== undefined) await settleFirst(deps, request, payment, payment.attempt, time.until);
      return null;
    case 'first-attempt':
      return claimFirstAttempt(deps, request);
    case 'next-attempt':
      return claimNextAttempt(deps, request);
  }
};

/** Finds out what became of an earlier attempt. The same card asked about again gets that attempt's own answer. */
const settleFirst = async (
  deps: Deps,
  request: AttemptRequest,
  payment: Payment,
  attempt: Attempt,
  until: number,
): Promise<void> => {
  const settled = await settleCharge(deps, payment, { trace: request.trace, until });
  if (settled.kind === 'unknown') throw outcomeUnknown();
  if (settled.kind === 'declined' && attempt.token === tokenHash(request.token)) {
    throw new BadRequestError(settled.decline.message);
  }
};

/** The claimed attempt: PaymentIntent, card, outcome. */
const tryToPay = async (
  deps: Deps,
  request: AttemptRequest,
  claimed: { readonly payment: Payment; readonly attempt: Attempt; readonly until: number },
): Promise<{ readonly id: string }> => {
  const { orderId, trace } = request;
  const { payment, until } = claimed;
  const { number } = claimed.attempt;

  const intentId = payment.stripeId ?? (await makeIntent(deps, request, claimed));
  const confirmation = await deps.gateway.confirm({ intentId, orderId, number, token: request.token }, until);
  const outcome = { orderId, stripeId: intentId, trace };
  switch (confirmation.kind) {
    case 'paid':
      return paid(deps, orderId, await recordPaid(deps, outcome));
    case 'declined':
      await recordDecline(deps, { ...outcome, number, decline: confirmation.decline });
      throw new BadRequestError(confirmation.decline.message);
    case 'unknown-token':
      await recordNotMade(deps, payment, { number, stripeId: intentId, trace });
      throw new BadRequestError('Unknown token', 'token');
    case 'unknown': {
      const settled = await settleCharge(deps, { ...payment, stripeId: intentId }, { trace, until });
      return afterSettling(deps, request, number, settled);
    }
  }
};

/** The id of the order's PaymentIntent; without it no card is tried and the attempt comes to nothing. */
const makeIntent = async (
  deps: Deps,
  request: AttemptRequest,
  claimed: { readonly payment: Payment; readonly attempt: Attempt; readonly until: number },
): Promise<string> => {
  const { orderId, trace } = request;
  const { payment, attempt, until } = claimed;
  const made = await deps.gateway.createIntent({ orderId, amount: payment.amount ?? 0 }, until);
  if (made.kind === 'made') return made.id;
  if (made.kind === 'refused') {
    await recordFailed(deps, { orderId, trace });
    throw new BadRequestError(made.message);
  }
  await recordNotMade(deps, payment, { number: attempt.number, trace });
  throw nothingCharged();
};

const afterSettling = async (
  deps: Deps,
  request: AttemptRequest,
  number: number,
  settled: Settled,
): Promise<{ readonly id: string }> => {
  if (settled.kind === 'declined') throw new BadRequestError(settled.decline.message);
  if (settled.kind === 'unknown') {
    await recordUnknown(deps, request.orderId, number);
    throw outcomeUnknown();
  }
  return paid(deps, request.orderId, null);
};

/**
 * The answer once Stripe has told the outcome, `written` being what its write found. A charge that is as it was before
 * the attempt is one whose attempt came to nothing, as this process or another has read at Stripe.
 */
const paid = async (deps: Deps, orderId: string, written: Payment | null): Promise<{ readonly id: string }> => {
  const payment = written ?? (await deps.loadPayment(orderId));
  if (payment?.order?.status === 'cancelled') {
    throw new BadRequestError(`${cancelledMessage(payment.order.reason)}; what was paid is returned`);
  }
  if (payment?.status === 'created') throw nothingCharged();
  if (payment?.status !== 'completed') throw new BadRequestError('Payment of this order has failed');
  return { id: orderId };
};
