import { newTrace } from '@ticketing/common/events';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../../deps.ts';
import { syncMoney } from './sync-money.ts';
import { syncOwner } from './sync-owner.ts';

const minuteMs = 60_000;
/** So that one replica at a time follows; what two would do twice does no harm. */
const leaseMs = minuteMs;
/** Stripe may list an event some minutes late, and its clock is not ours. */
const overlapMs = 10 * minuteMs;
/** Stripe keeps events for 30 days (https://docs.stripe.com/api/events). */
const eventsAreKeptMs = 29 * 24 * 60 * minuteMs;
const unreadLimit = 50;

/**
 * Finds what has changed at Stripe and what no webhook has told: reads Stripe's events since the last pass that succeeded, or
 * its lists after a month, and syncs each order and account that was not read since.
 */
export const followStripe = async (deps: Deps): Promise<void> => {
  const began = deps.now();
  const bookmark = await takeBookmark(deps, began);
  if (bookmark === undefined) return;
  const from = began.getTime() - bookmark.at.getTime() < eventsAreKeptMs ? 'events' : 'lists';
  const since = { at: new Date(bookmark.at.getTime() - overlapMs), from } as const;
  let { at } = bookmark;
  try {
    if (await syncChanged(deps, since)) at = began;
  } finally {
    // Also after an error, so that the next pass need not wait for the end of the lease.
    await deps.bookmarks.updateOne({ _id: bookmark._id }, { $set: { at, leasedUntil: began } });
  }
};

/** Returns whether everything that has changed is known. */
const syncChanged = async (deps: Deps, since: Parameters<Deps['gateway']['listChanged']>[0]): Promise<boolean> => {
  let isComplete = true;
  for await (const { at, ...owner } of deps.gateway.listChanged(since))
    if (!(await syncOwner(deps, owner, { at, ...ownWork(deps, 'changed-at-stripe') }))) isComplete = false;
  return isComplete;
};

/** Reads the movements of charges that were paid under an earlier release. */
export const readUnreadMoney = async (deps: Deps): Promise<void> => {
  const unread = await deps.payments
    .find({ status: { $in: ['completed', 'refunded'] }, moneyReadAt: { $exists: false } }, { projection: { _id: 1 } })
    .limit(unreadLimit)
    .toArray();
  for (const { _id: orderId } of unread)
    if (!(await syncMoney(deps, { orderId, ...ownWork(deps, `paid-before-${orderId}`) }))) return;
};

/** The trace and the time limit of work that no request has caused. */
const ownWork = (deps: Deps, cause: string) => ({
  trace: newTrace(deps, cause),
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
