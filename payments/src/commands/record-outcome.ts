import { chargeUpdated, type Trace } from '@ticketing/common/events';
import { expression } from '@ticketing/common/messaging';
import { statusesBefore } from '../domain/charge-status.ts';
import { isHopeless, type Decline } from '../domain/decline.ts';
import type { Payment } from '../domain/payment.ts';
import type { Deps } from './deps.ts';

export interface Outcome {
  readonly orderId: string;
  readonly stripeId: string;
  readonly trace: Trace;
}

/**
 * The money has landed. True whoever says it and whatever has happened meanwhile, so it is written under no condition
 * but that it is not written yet; null then.
 */
export const recordPaid = (deps: Deps, outcome: Outcome): Promise<Payment | null> =>
  deps.chargeStore.change({
    filter: { _id: outcome.orderId, status: { $in: statusesBefore('completed') } },
    set: { status: 'completed', stripeId: outcome.stripeId },
    unset: ['attempt'],
    event: chargeUpdated,
    trace: outcome.trace,
  });

/** The attempt was declined. Written while it is the open one: a process that was paused meanwhile writes nothing. */
export const recordDecline = (
  deps: Deps,
  outcome: Outcome & { readonly number: number; readonly decline: Decline },
): Promise<Payment | null> => {
  const { decline } = outcome;
  const attempts = { $add: ['$attempts', 1] };
  return deps.chargeStore.change({
    filter: { _id: outcome.orderId, status: 'created', 'attempt.number': outcome.number },
    set: {
      attempts: expression(attempts),
      status: isHopeless(decline)
        ? 'failed'
        : expression({ $cond: [{ $gte: [attempts, deps.maxAttempts] }, 'failed', 'created'] }),
      stripeId: outcome.stripeId,
      ...(decline.chargeId === undefined ? {} : { declinedCharge: decline.chargeId }),
    },
    unset: ['attempt'],
    event: chargeUpdated,
    trace: outcome.trace,
  });
};

/** No money can come for the order any more, although it lives. A cancelled one has nothing to be told. */
export const recordFailed = (
  deps: Deps,
  outcome: Pick<Outcome, 'orderId' | 'trace'> & { readonly stripeId?: string },
): Promise<Payment | null> =>
  deps.chargeStore.change({
    filter: {
      _id: outcome.orderId,
      status: { $in: statusesBefore('failed') },
      'order.status': { $ne: 'cancelled' },
    },
    set: { status: 'failed', ...(outcome.stripeId === undefined ? {} : { stripeId: outcome.stripeId }) },
    unset: ['attempt'],
    event: chargeUpdated,
    trace: outcome.trace,
  });

/** The attempt came to nothing and counts as none. */
export const recordNotMade = async (
  deps: Deps,
  payment: Payment,
  outcome: { readonly number: number; readonly stripeId?: string; readonly trace: Trace },
): Promise<void> => {
  const filter = { _id: payment._id, 'attempt.number': outcome.number };
  if (outcome.stripeId === undefined || outcome.stripeId === payment.stripeId) {
    await deps.payments.updateOne(filter, { $unset: { attempt: true } });
    return;
  }
  await deps.chargeStore.change({
    filter,
    set: { stripeId: outcome.stripeId },
    unset: ['attempt'],
    event: chargeUpdated,
    trace: outcome.trace,
  });
};

/** Nobody knows what became of the attempt, and its process waits no longer. */
export const recordUnknown = async (deps: Deps, orderId: string, number: number): Promise<void> => {
  await deps.payments.updateOne({ _id: orderId, 'attempt.number': number }, { $set: { 'attempt.unknown': true } });
};

/** The charge's PaymentIntent, found again after a crash. */
export const recordIntent = async (deps: Deps, outcome: Outcome): Promise<void> => {
  await deps.chargeStore.change({
    filter: { _id: outcome.orderId, stripeId: { $exists: false } },
    set: { stripeId: outcome.stripeId },
    event: chargeUpdated,
    trace: outcome.trace,
  });
};

/** The money of a cancelled order is on its way back. */
export const recordRefunded = async (
  deps: Deps,
  outcome: { readonly orderId: string; readonly stripeRefundId: string; readonly trace: Trace },
): Promise<void> => {
  const after = await deps.chargeStore.change({
    filter: { _id: outcome.orderId, status: { $in: statusesBefore('refunded') } },
    set: { status: 'refunded', stripeRefundId: outcome.stripeRefundId },
    unset: ['attempt', 'moneyBack'],
    event: chargeUpdated,
    trace: outcome.trace,
  });
  if (after !== null) deps.counters.refunded();
};

/** A cancelled order's PaymentIntent can take no money any more, and has taken none. */
export const recordNoMoney = async (deps: Deps, orderId: string): Promise<void> => {
  await deps.payments.updateOne({ _id: orderId }, { $unset: { attempt: true, moneyBack: true } });
};
