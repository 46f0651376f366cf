import { chargeUpdated } from '@ticketing/common/events';
import { expression, type NewValues } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/charge-status.ts';
import { isFatal, type Decline } from '../domain/decline.ts';
import type { Deps } from '../deps.ts';
import type { Charge } from '../domain/payment.ts';
import { parseCharge, type PaymentDocument } from '../models/payment.ts';
import type { ChargeContext } from './charge-context.ts';

/** Changes the charge where the condition holds. Returns it as the write left it, or null. */
const change = async (
  deps: Deps,
  { charge, trace }: ChargeContext,
  where: object,
  set: NewValues<PaymentDocument>,
  unset: readonly ('openAttempt' | 'refundDue')[] = [],
): Promise<Charge | null> => {
  const filter = { _id: charge._id, ...where };
  const after = await deps.chargeStore.change({ filter, set, unset, event: chargeUpdated, trace });
  return after === null ? null : parseCharge(after);
};

/**
 * The payment succeeded at Stripe. This is true whatever else happened here meanwhile, so it is written unless it is
 * written already.
 */
export const recordPaid = (deps: Deps, context: ChargeContext, stripeId: string): Promise<Charge | null> => {
  const where = { status: { $in: statusesBefore('completed') } };
  return change(deps, context, where, { status: 'completed', stripeId }, ['openAttempt']);
};

/** An attempt was declined. Written only while it is the open one, so that a process that was paused writes nothing. */
export const recordDecline = async (
  deps: Deps,
  context: ChargeContext,
  outcome: { readonly number: number; readonly stripeId: string; readonly decline: Decline },
): Promise<void> => {
  const { number, stripeId, decline } = outcome;
  const declines = { $add: ['$declines', 1] };
  const status = isFatal(decline)
    ? ('failed' as const)
    : expression({ $cond: [{ $gte: [declines, deps.maxDeclines] }, 'failed', 'created'] });
  const where = { status: 'created', 'openAttempt.number': number };
  const set = { declines: expression(declines), status, stripeId, declinedCharge: decline.chargeId };
  await change(deps, context, where, set, ['openAttempt']);
};

/** No payment can succeed for the order any more. Not written for a cancelled order, whose buyer expects nothing. */
export const recordFailed = async (deps: Deps, context: ChargeContext, stripeId?: string): Promise<void> => {
  const where = { status: { $in: statusesBefore('failed') }, 'order.status': { $ne: 'cancelled' } };
  await change(deps, context, where, { status: 'failed', stripeId }, ['openAttempt']);
};

/** The attempt tried no card, so it does not count. */
export const recordNotMade = async (
  deps: Deps,
  context: ChargeContext,
  { number, stripeId }: { readonly number: number; readonly stripeId?: string },
): Promise<void> => {
  const { charge } = context;
  const where = { 'openAttempt.number': number };
  if (stripeId === undefined || stripeId === charge.stripeId) {
    await deps.payments.updateOne({ _id: charge._id, ...where }, { $unset: { openAttempt: true } });
  } else {
    await change(deps, context, where, { stripeId }, ['openAttempt']);
  }
};

/** The outcome of the attempt is unknown, and its process stops waiting for it. */
export const recordUnknown = async (deps: Deps, orderId: string, number: number): Promise<void> => {
  const where = { _id: orderId, 'openAttempt.number': number };
  await deps.payments.updateOne(where, { $set: { 'openAttempt.unknown': true } });
};

/** The charge's PaymentIntent, whose id a process that died did not write. */
export const recordIntent = async (deps: Deps, context: ChargeContext, stripeId: string): Promise<void> => {
  await change(deps, context, { stripeId: { $exists: false } }, { stripeId });
};

/** Stripe has made the refund of a cancelled order. */
export const recordRefunded = async (deps: Deps, context: ChargeContext, stripeRefundId: string): Promise<void> => {
  const where = { status: { $in: statusesBefore('refunded') } };
  const set = { status: 'refunded', stripeRefundId } as const;
  const after = await change(deps, context, where, set, ['openAttempt', 'refundDue']);
  if (after !== null) deps.metrics.refunds.inc();
};

/** A cancelled order's PaymentIntent was not paid and can no longer be. */
export const recordNothingToRefund = async (deps: Deps, orderId: string): Promise<void> => {
  await deps.payments.updateOne({ _id: orderId }, { $unset: { openAttempt: true, refundDue: true } });
};
