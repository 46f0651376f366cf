import { chargeUpdated } from '@ticketing/common/events';
import { expression, type Change } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/charge-status.ts';
import { isFatal, type Decline } from '../domain/decline.ts';
import type { Deps } from '../deps.ts';
import type { Charge } from '../domain/payment.ts';
import { parseCharge, type ChargeDocument } from '../models/payment.ts';
import type { ChargeContext } from './charge-context.ts';

/** Changes the charge where the condition holds. Returns it as the write left it, or null. */
const change = async (
  deps: Deps,
  { charge, trace }: ChargeContext,
  { where, set, unset }: Omit<Change<ChargeDocument>, 'filter' | 'event' | 'trace'> & { readonly where: object },
): Promise<Charge | null> => {
  const filter = { _id: charge._id, ...where };
  const after = await deps.chargeStore.change({ filter, set, unset: unset ?? [], event: chargeUpdated, trace });
  return after === null ? null : parseCharge(after);
};

/**
 * The payment succeeded at Stripe. This is true whatever else happened here meanwhile, so it is written unless it is
 * written already.
 */
export const recordPaid = (deps: Deps, context: ChargeContext, stripeId: string): Promise<Charge | null> =>
  change(deps, context, {
    where: { status: { $in: statusesBefore('completed') } },
    set: { status: 'completed', stripeId },
    unset: ['openAttempt'],
  });

/** An attempt was declined. Written only while it is the open one, so that a process that was paused writes nothing. */
export const recordDecline = async (
  deps: Deps,
  context: ChargeContext,
  outcome: { readonly number: number; readonly stripeId: string; readonly decline: Decline },
): Promise<void> => {
  const { number, stripeId, decline } = outcome;
  const declines = { $add: ['$declines', 1] };
  await change(deps, context, {
    where: { status: 'created', 'openAttempt.number': number },
    set: {
      declines: expression(declines),
      status: isFatal(decline)
        ? 'failed'
        : expression({ $cond: [{ $gte: [declines, deps.maxDeclines] }, 'failed', 'created'] }),
      stripeId,
      ...(decline.chargeId === undefined ? {} : { declinedCharge: decline.chargeId }),
    },
    unset: ['openAttempt'],
  });
};

/** No payment can succeed for the order any more. Not written for a cancelled order, whose buyer expects nothing. */
export const recordFailed = async (deps: Deps, context: ChargeContext, stripeId?: string): Promise<void> => {
  await change(deps, context, {
    where: { status: { $in: statusesBefore('failed') }, 'order.status': { $ne: 'cancelled' } },
    set: { status: 'failed', ...(stripeId === undefined ? {} : { stripeId }) },
    unset: ['openAttempt'],
  });
};

/** The attempt tried no card, so it does not count. */
export const recordNotMade = async (
  deps: Deps,
  context: ChargeContext,
  outcome: { readonly number: number; readonly stripeId?: string },
): Promise<void> => {
  const { charge } = context;
  const isOpen = { 'openAttempt.number': outcome.number };
  if (outcome.stripeId === undefined || outcome.stripeId === charge.stripeId) {
    await deps.payments.updateOne({ _id: charge._id, ...isOpen }, { $unset: { openAttempt: true } });
    return;
  }
  await change(deps, context, { where: isOpen, set: { stripeId: outcome.stripeId }, unset: ['openAttempt'] });
};

/** The outcome of the attempt is unknown, and its process stops waiting for it. */
export const recordUnknown = async (deps: Deps, orderId: string, number: number): Promise<void> => {
  await deps.payments.updateOne(
    { _id: orderId, 'openAttempt.number': number },
    { $set: { 'openAttempt.unknown': true } },
  );
};

/** The charge's PaymentIntent, whose id a process that died did not write. */
export const recordIntent = async (deps: Deps, context: ChargeContext, stripeId: string): Promise<void> => {
  await change(deps, context, { where: { stripeId: { $exists: false } }, set: { stripeId } });
};

/** Stripe has made the refund of a cancelled order. */
export const recordRefunded = async (deps: Deps, context: ChargeContext, stripeRefundId: string): Promise<void> => {
  const after = await change(deps, context, {
    where: { status: { $in: statusesBefore('refunded') } },
    set: { status: 'refunded', stripeRefundId },
    unset: ['openAttempt', 'refundDue'],
  });
  if (after !== null) deps.metrics.refunds.inc();
};

/** A cancelled order's PaymentIntent was not paid and can no longer be. */
export const recordNothingToRefund = async (deps: Deps, orderId: string): Promise<void> => {
  await deps.payments.updateOne({ _id: orderId }, { $unset: { openAttempt: true, refundDue: true } });
};
