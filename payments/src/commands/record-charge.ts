import { chargeClosed, type Trace } from '@ticketing/common/events';
import { expression, type Expression } from '@ticketing/common/messaging';
import { feeOf } from '@ticketing/common/money';
import { statusesBefore } from '../domain/charge-status.ts';
import type { MoneyChange } from '../domain/apply-movements.ts';
import { isFatal, type Decline } from '../domain/decline.ts';
import type { Deps } from '../deps.ts';
import { entries } from '../domain/ledger-entry.ts';
import { nextActionRead, type Charge } from '../domain/payment.ts';
import { availableAt, undatedDelayMs } from '../domain/sale.ts';
import { appended, changeCharge } from './change-charge.ts';
import type { ChargeContext } from './charge-context.ts';

/** Stripe's events of the last ten minutes are read again and again, so that none of a shorter time is missed. */
const eventsComeWithinMs = 5 * 60_000;

/**
 * From when on the money of a payment may have moved: from its attempt. What has happened before it was recorded was no reason
 * to read it then, but is found in Stripe's events; after a longer time the money itself is read, which undefined leads to.
 */
const movedSince = ({ openAttempt }: Charge, now: Date): Date | undefined =>
  openAttempt !== undefined && now.getTime() - openAttempt.at.getTime() < eventsComeWithinMs
    ? openAttempt.at
    : undefined;

/**
 * The payment succeeded at Stripe: completes the charge, unless payment has failed or was closed here before, or the order is
 * cancelled. Such money is no sale; it is marked for refund. Returns the completed charge, or null.
 */
export const recordPaid = async (deps: Deps, context: ChargeContext, stripeId: string): Promise<Charge | null> => {
  const { charge } = context;
  const { amount, order } = charge;
  const now = deps.now();
  const isCancelled = { 'order.status': 'cancelled' as const };
  const open = { status: { $in: statusesBefore('completed') }, closedAt: { $exists: false }, $nor: [isCancelled] };
  const fee = feeOf(amount, deps.feePercent);
  const at = availableAt({ completedAt: now, startsAt: order.ticket?.startsAt }, deps.payoutDelayMs);
  const sale = {
    status: 'completed' as const,
    stripeId,
    completedAt: now,
    feePercent: deps.feePercent,
    fee,
    left: amount,
    owed: 0,
    availableAt: at,
    entries: appended(entries.sale(charge, { at: now, amount, fee })),
    payoutDue: at && { due: at, ...context.trace },
    moneyReadAt: movedSince(charge, now),
  };
  const paid = await changeCharge(deps, context, open, sale, ['openAttempt', 'closingDue']);
  if (paid !== null) return paid;
  const tooLate = {
    $or: [{ status: 'failed' }, { status: 'created', $or: [{ closedAt: { $exists: true } }, isCancelled] }],
  };
  const refundDue = { due: now, ...context.trace };
  const isKnown = { $ne: [{ $type: '$owed' }, 'missing'] };
  const late = {
    stripeId,
    refundDue: expression({ $ifNull: ['$refundDue', { $literal: refundDue }] }),
    owed: expression({ $ifNull: ['$owed', amount] }),
    entries: appended(entries.lateMoney(charge, { at: now, amount }), isKnown),
  };
  const isNew = { $or: [{ refundDue: { $exists: false } }, { owed: { $exists: false } }] };
  await changeCharge(deps, context, { $and: [tooLate, isNew] }, late, ['openAttempt']);
  return null;
};

/**
 * Gives a charge that an earlier release has written what a ledger needs. Nobody was told of a fee then, so there is none.
 * Returns false when the charge has changed meanwhile.
 */
export const recordAdopted = async (deps: Deps, context: ChargeContext): Promise<boolean> => {
  const { charge } = context;
  const { amount, createdAt: at, order, version } = charge;
  const isSale = charge.status === 'completed';
  const sold = { completedAt: at, startsAt: order.ticket?.startsAt };
  const available = availableAt(sold, deps.payoutDelayMs) ?? new Date(at.getTime() + undatedDelayMs);
  const sale = {
    completedAt: at,
    feePercent: 0,
    fee: 0,
    left: amount,
    availableAt: available,
    payoutDue: { due: available, ...context.trace },
    entries: appended(entries.sale(charge, { at, amount, fee: 0 })),
  };
  const late = { entries: appended(entries.lateMoney(charge, { at, amount })) };
  const after = await changeCharge(
    deps,
    context,
    { version, status: charge.status, owed: { $exists: false } },
    isSale ? { ...sale, owed: 0 } : { ...late, owed: amount },
  );
  return after !== null;
};

/**
 * Marks a sale for the worker of payouts. A mark that it has stays known as failing: until a reversal has succeeded, no other sale
 * of the seller is transferred.
 */
export const payoutMarked = (due: Date, trace: Trace): Expression =>
  expression({ $mergeObjects: ['$payoutDue', { $literal: { due, ...trace } }] });

const isNothing = { $not: { $gt: 0 } };

/**
 * Stripe has nothing left to return. Returns false, and the refund stays due, while the charge does not show why, or has money
 * again: an appeal may have been won, or a refund failed, since it was read.
 */
export const recordNothingLeft = async (deps: Pick<Deps, 'payments'>, orderId: string): Promise<boolean> => {
  const where = { _id: orderId, status: 'refunded' as const, left: isNothing, owed: isNothing };
  const { matchedCount } = await deps.payments.updateOne(where, { $unset: { closingDue: true, refundDue: true } });
  return matchedCount === 1;
};

/**
 * The order had been cancelled before it could become complete, which payments has heard too late: what was taken for a sale is
 * late money. Returns false when the charge has changed meanwhile.
 */
export const recordNoSale = async (deps: Deps, context: ChargeContext): Promise<boolean> => {
  const { charge } = context;
  const { left = 0, owed = 0, version } = charge;
  const now = deps.now();
  const after = await changeCharge(
    deps,
    context,
    { version },
    {
      left: 0,
      fee: 0,
      owed: owed + left,
      entries: appended(entries.owed(charge, { cause: 'no-sale', at: now })),
      // A transfer has to be reversed.
      payoutDue: payoutMarked(now, context.trace),
    },
    ['completedAt', 'availableAt'],
  );
  return after !== null;
};

/**
 * Stripe refuses to refund what is left, although no bank has it: nobody but an operator can return it, so it is owed to the
 * buyer from now on. Returns false when the charge has changed meanwhile.
 */
export const recordGivenUp = async (
  deps: Deps,
  context: ChargeContext,
  refusal: 'disputed' | 'nothing-left',
): Promise<boolean> => {
  const { charge } = context;
  const { _id: orderId, left = 0, owed = 0, version } = charge;
  const now = deps.now();
  const after = await changeCharge(
    deps,
    context,
    { version },
    {
      status: 'refunded',
      refundedAt: now,
      left: 0,
      fee: 0,
      owed: owed + left,
      // An appeal that is won may bring back a sale that was given up before.
      entries: appended(entries.owed(charge, { cause: `given-up:${version}`, at: now })),
      // What was transferred has to be reversed.
      ...(charge.completedAt === undefined ? {} : { payoutDue: payoutMarked(now, context.trace) }),
    },
    ['openAttempt', 'closingDue', 'refundDue'],
  );
  if (after !== null)
    deps.logger.error({ orderId, owed: owed + left, refusal }, 'Stripe refuses the refund of an order');
  return after !== null;
};

const noAttemptOpen = { openAttempt: { $exists: false } };

/**
 * Closes the payment of a closing order, and answers orders in the same write: no money has come, and any that still comes
 * is refunded. The copy of the order becomes cancelled, as `orders` will make it, so that nothing treats it as payable, an
 * earlier release included. Returns whether this call closed it.
 */
const close = async (
  deps: Deps,
  orderId: string,
  trace: Trace,
  where: object,
  refundDue: Expression,
): Promise<boolean> => {
  const after = await deps.chargeStore.publishSideEvent({
    filter: {
      _id: orderId,
      'order.status': { $ne: 'cancelled' },
      'order.closing': { $exists: true },
      status: { $nin: ['completed', 'failed', 'refunded'] },
      closedAt: { $exists: false },
      ...where,
    },
    set: {
      closedAt: deps.now(),
      order: expression({ $mergeObjects: ['$order', { status: 'cancelled', reason: '$order.closing' }] }),
      openAttempt: expression('$$REMOVE'),
      closingDue: expression('$$REMOVE'),
      refundDue,
    },
    event: chargeClosed,
    data: { orderId },
    trace,
  });
  return after !== null;
};

/** Closes without asking Stripe: every outcome is known. A PaymentIntent, if there is one, is canceled afterwards. */
export const recordClosed = (deps: Deps, { orderId, trace }: { orderId: string; trace: Trace }): Promise<boolean> => {
  const due = { $literal: { due: deps.now(), ...trace } };
  const refundDue = expression({ $cond: [{ $eq: [{ $type: '$status' }, 'missing'] }, '$$REMOVE', due] });
  return close(deps, orderId, trace, noAttemptOpen, refundDue);
};

/** Closes once the PaymentIntent is canceled, so that an attempt that is still open can charge nothing. */
export const recordClosedAtStripe = (deps: Deps, { charge, trace }: ChargeContext): Promise<boolean> =>
  close(deps, charge._id, trace, {}, expression('$$REMOVE'));

/** An attempt was declined. Written only while it is the open one, so that a process that was paused writes nothing. */
export const recordDecline = async (
  deps: Deps,
  context: ChargeContext,
  outcome: { readonly number: number; readonly stripeId: string | undefined; readonly decline: Decline },
): Promise<void> => {
  const { number, stripeId, decline } = outcome;
  const declines = { $add: ['$declines', 1] };
  const status = isFatal(decline)
    ? ('failed' as const)
    : expression({ $cond: [{ $gte: [declines, deps.maxDeclines] }, 'failed', 'created'] });
  const where = { status: 'created', 'openAttempt.number': number };
  const { openAttempt } = context.charge;
  const isUnseen = openAttempt?.action !== undefined && openAttempt.token !== context.tokenHash;
  const unseenDecline = isUnseen ? { token: openAttempt.token, message: decline.message } : undefined;
  const set = { declines: expression(declines), status, stripeId, declinedCharge: decline.chargeId, unseenDecline };
  await changeCharge(deps, context, where, set, ['openAttempt']);
};

/** The bank wants the buyer's confirmation: the attempt stays open. Returns false if it is not the open one any more. */
export const recordAction = async (
  deps: Deps,
  context: ChargeContext,
  outcome: { readonly number: number; readonly stripeId: string; readonly url: string },
): Promise<boolean> => {
  const { charge } = context;
  const { number, stripeId, url } = outcome;
  const now = deps.now();
  const action = { url, readAt: now, due: nextActionRead(charge.openAttempt ?? { at: now }, now) };
  const where = { status: 'created' as const, 'openAttempt.number': number };
  if (charge.stripeId === undefined) {
    const openAttempt = expression({ $mergeObjects: ['$openAttempt', { $literal: { action, unknown: false } }] });
    return (await changeCharge(deps, context, where, { stripeId, openAttempt })) !== null;
  }
  const { matchedCount } = await deps.payments.updateOne(
    { _id: charge._id, ...where },
    { $set: { 'openAttempt.action': action }, $unset: { 'openAttempt.unknown': true, 'openAttempt.superseded': true } },
  );
  return matchedCount === 1;
};

/** The request that a failed confirmation was for gets its outcome. Returns whether it was this call. */
export const recordDeclineSeen = async (deps: Deps, orderId: string, token: string): Promise<boolean> => {
  const { matchedCount } = await deps.payments.updateOne(
    { _id: orderId, 'unseenDecline.token': token },
    { $unset: { unseenDecline: true } },
  );
  return matchedCount === 1;
};

/** No payment can succeed for the order any more. Not written for a cancelled order, whose buyer expects nothing. */
export const recordFailed = async (deps: Deps, context: ChargeContext, stripeId?: string): Promise<void> => {
  const where = { status: { $in: statusesBefore('failed') }, 'order.status': { $ne: 'cancelled' } };
  await changeCharge(deps, context, where, { status: 'failed', stripeId }, ['openAttempt']);
};

/** The attempt tried no card, so it does not count; the one whose place it has taken is open again. */
export const recordNotMade = async (
  deps: Deps,
  context: ChargeContext,
  { number, stripeId }: { readonly number: number; readonly stripeId: string | undefined },
): Promise<void> => {
  const { charge } = context;
  const where = { 'openAttempt.number': number };
  if (stripeId === undefined || stripeId === charge.stripeId) {
    const before = { $ifNull: ['$openAttempt.superseded', '$$REMOVE'] };
    await deps.payments.updateOne({ _id: charge._id, ...where }, [{ $set: { openAttempt: before } }]);
  } else {
    await changeCharge(deps, context, where, { stripeId }, ['openAttempt']);
  }
};

/** The outcome of the attempt is unknown, and its process stops waiting for it. */
export const recordUnknown = async (deps: Deps, orderId: string, number: number): Promise<void> => {
  const where = { _id: orderId, 'openAttempt.number': number };
  await deps.payments.updateOne(where, { $set: { 'openAttempt.unknown': true } });
};

const literal = (value: unknown): Expression | undefined =>
  value === undefined ? undefined : expression({ $literal: value });

/**
 * Writes the movements that Stripe shows and the charge does not have, in one write with their entries. Returns false when
 * the charge has changed meanwhile, or what decides who gets the money: the order's cancellation and an operator's order, which
 * leave its version.
 */
export const recordMovements = async (
  deps: Deps,
  context: ChargeContext,
  { set, entries: added, isReturned, isGivenBack, refundId }: MoneyChange,
  readAt: Date,
): Promise<boolean> => {
  const { charge } = context;
  const now = deps.now();
  const returns = isReturned && statusesBefore('refunded').includes(charge.status);
  // A release may go on, or a transfer has to be reversed.
  const payout =
    charge.completedAt === undefined && (set.sent ?? 0) === 0 ? {} : { payoutDue: payoutMarked(now, context.trace) };
  const returned = { status: 'refunded' as const, stripeRefundId: refundId, refundedAt: now };
  const { order, refundOrdered } = charge;
  // Unless the dispute was what cancelled the order, the buyer is to have the money.
  const isToBuyer = refundOrdered !== undefined || (order.status === 'cancelled' && order.reason !== 'refunded');
  const refundDue = expression({ $ifNull: ['$refundDue', { $literal: { due: now, ...context.trace } }] });
  const after = await changeCharge(
    deps,
    context,
    {
      version: charge.version,
      'order.status': order.status,
      refundOrdered: { $exists: refundOrdered !== undefined },
    },
    {
      ...set,
      transfer: literal(set.transfer),
      transfers: literal(set.transfers),
      refunds: literal(set.refunds),
      disputes: literal(set.disputes),
      dispute: literal(set.dispute),
      ...(returns ? returned : {}),
      ...payout,
      ...(isGivenBack && isToBuyer ? { refundDue } : {}),
      entries: appended(added),
      moneyReadAt: expression({ $max: ['$moneyReadAt', readAt] }),
    },
    // What was sent back by the bank is for an operator to return again, whose order stays until that is done.
    isReturned && (set.owed === 0 || refundOrdered === undefined) ? ['openAttempt', 'closingDue', 'refundDue'] : [],
  );
  if (after !== null && returns) deps.metrics.refunds.inc();
  return after !== null;
};

/** Everything that Stripe shows is in the charge. `readAt`: when reading began. */
export const recordMoneyRead = async (deps: Deps, orderId: string, readAt: Date): Promise<void> => {
  await deps.payments.updateOne({ _id: orderId }, { $max: { moneyReadAt: readAt } });
};

/** The order of a charge was paid while it was closing, so there is nothing to prevent or to refund. */
export const recordPaidWhileClosing = async (deps: Deps, orderId: string): Promise<boolean> => {
  const where = {
    _id: orderId,
    status: 'completed' as const,
    'order.status': { $ne: 'cancelled' as const },
    refundOrdered: { $exists: false },
  };
  const { matchedCount } = await deps.payments.updateOne(where, { $unset: { closingDue: true, refundDue: true } });
  return matchedCount === 1;
};

/** The closing order has been cancelled since, so its charge is marked for refund instead. */
export const recordCancelledWhileClosing = async (deps: Deps, orderId: string): Promise<boolean> => {
  const where = { _id: orderId, 'order.status': 'cancelled' as const, closingDue: { $exists: true } };
  const { matchedCount } = await deps.payments.updateOne(where, { $unset: { closingDue: true } });
  return matchedCount === 1;
};

/** A cancelled order's PaymentIntent was not paid and can no longer be: no repeated cancellation marks its charge again. */
export const recordNothingToRefund = async (deps: Deps, orderId: string): Promise<void> => {
  await deps.payments.updateOne(
    { _id: orderId },
    { $unset: { openAttempt: true, closingDue: true, refundDue: true }, $min: { closedAt: deps.now() } },
  );
};
