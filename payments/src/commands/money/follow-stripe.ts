import { newTrace } from '@ticketing/common/events';
import { isDuplicateKey, newId } from '@ticketing/common/mongo';
import type { Deps } from '../../deps.ts';
import type { MoneyOwner } from '../../gateways/stripe/movements.ts';
import { syncMoney } from './sync-money.ts';

const minuteMs = 60_000;
/** So that one replica at a time follows; what two would do twice does no harm. */
const leaseMs = minuteMs;
/** Stripe may list an event some minutes late, and its clock is not ours. */
const overlapMs = 10 * minuteMs;
const clockSkewMs = minuteMs;
/** Stripe keeps events for 30 days (https://docs.stripe.com/api/events). */
const eventsAreKeptMs = 29 * 24 * 60 * minuteMs;
const unreadLimit = 50;

/**
 * Finds what has begun at Stripe and what no webhook has told: reads Stripe's events since the last pass that succeeded, or
 * its lists after a month, and syncs each order that was not read since.
 */
export const followStripe = async (deps: Deps): Promise<void> => {
  const began = deps.now();
  const bookmark = await takeBookmark(deps, began);
  if (bookmark === undefined) return;
  const from = began.getTime() - bookmark.at.getTime() < eventsAreKeptMs ? 'events' : 'lists';
  const since = { at: new Date(bookmark.at.getTime() - overlapMs), from } as const;
  let { at } = bookmark;
  try {
    if (await syncMoved(deps, since)) at = began;
  } finally {
    // Also after an error, so that the next pass need not wait for the end of the lease.
    await deps.bookmarks.updateOne({ _id: bookmark._id }, { $set: { at, leasedUntil: began } });
  }
};

/** Returns whether everything that has moved is in the charges. */
const syncMoved = async (deps: Deps, since: Parameters<Deps['gateway']['listMoved']>[0]): Promise<boolean> => {
  let isComplete = true;
  for await (const { at, ...owner } of deps.gateway.listMoved(since)) {
    const payment = await findOwner(deps, owner);
    if (payment === null || isReadSince(payment.moneyReadAt, at)) continue;
    if (!(await syncOne(deps, payment._id))) isComplete = false;
  }
  return isComplete;
};

/** Reads the movements of charges that were paid under an earlier release. */
export const readUnreadMoney = async (deps: Deps): Promise<void> => {
  const unread = await deps.payments
    .find({ status: { $in: ['completed', 'refunded'] }, moneyReadAt: { $exists: false } }, { projection: { _id: 1 } })
    .limit(unreadLimit)
    .toArray();
  for (const { _id } of unread) if (!(await syncOne(deps, _id))) return;
};

/** The order whose money an object at Stripe is about. */
export const findOwner = ({ payments }: Deps, { intentId, orderId }: MoneyOwner) => {
  if (intentId !== undefined) return payments.findOne({ stripeId: intentId }, { projection: { moneyReadAt: 1 } });
  return orderId === undefined
    ? Promise.resolve(null)
    : payments.findOne({ _id: orderId }, { projection: { moneyReadAt: 1 } });
};

const isReadSince = (readAt: Date | undefined, at: Date): boolean =>
  readAt !== undefined && readAt.getTime() > at.getTime() + clockSkewMs;

const syncOne = (deps: Deps, orderId: string): Promise<boolean> =>
  syncMoney(deps, {
    orderId,
    trace: newTrace({ newId }, `moved-at-stripe-${orderId}`),
    deadline: performance.now() + deps.timeoutMs.worker,
  });

/** Undefined while another replica has it. A new product begins now. */
const takeBookmark = async ({ bookmarks }: Deps, now: Date) => {
  const _id = 'movements';
  const leasedUntil = new Date(now.getTime() + leaseMs);
  try {
    const bookmark = await bookmarks.findOneAndUpdate(
      { _id, leasedUntil: { $lte: now } },
      { $set: { leasedUntil }, $setOnInsert: { at: now } },
      { upsert: true, returnDocument: 'after' },
    );
    return bookmark ?? undefined;
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
};
