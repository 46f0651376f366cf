import { newTrace } from '@ticketing/common/events';
import { isDuplicateKey } from '@ticketing/common/mongo';
import pLimit from 'p-limit';
import type { Deps } from '../../deps.ts';
import type { Owner } from '../../gateways/stripe/movements.ts';
import { refreshPayoutAccount } from '../payout/refresh-payout-account.ts';
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
const passLimit = 200;
const accountMaxAgeMs = 60 * minuteMs;
const concurrency = 4;

/**
 * Catches changes at Stripe whose webhook was lost: reads Stripe's events since the last complete pass, and syncs each order that
 * was not read since. After a month, events are missing: then each order is synced that was not read since the first that Stripe
 * still has. Sellers' accounts are read in turn.
 */
export const followStripe = async (deps: Deps): Promise<void> => {
  const began = deps.now();
  const bookmark = await takeBookmark(deps, began);
  if (bookmark === undefined) return;
  const eventsSince = new Date(began.getTime() - eventsAreKeptMs);
  const hasAllEvents = bookmark.at > eventsSince;
  let { at } = bookmark;
  try {
    const since = new Date(bookmark.at.getTime() - overlapMs);
    if ((await syncChanged(deps, since)) && (hasAllEvents || (await syncPaid(deps, eventsSince)))) at = began;
    await refreshAccounts(deps, began);
  } finally {
    const { _id, leasedUntil } = bookmark;
    // Another replica may have taken the lease since: a pass that outlasts it counts, unless the other one has ended before.
    await deps.bookmarks.updateOne({ _id, at: bookmark.at }, { $set: { at } });
    // Also after an error, so that the next pass need not wait for the end of the lease.
    await deps.bookmarks.updateOne({ _id, leasedUntil }, { $set: { leasedUntil: began } });
  }
};

/** Returns whether everything that has changed is known. */
const syncChanged = async (deps: Deps, since: Date): Promise<boolean> => {
  let isComplete = true;
  for await (const { at, ...owner } of deps.gateway.listChanged(since))
    try {
      if (!(await syncOwner(deps, owner, { at, ...ownWork(deps, 'changed-at-stripe') }))) isComplete = false;
    } catch (error) {
      await setAside(deps, owner, error);
    }
  return isComplete;
};

/**
 * Reads the money of all charges that were not read since a time: no list shows a refund that has failed, a dispute that was
 * decided, or a transfer that was reversed long after it was made. Returns whether none is left; the next pass goes on where this
 * one has ended.
 */
const syncPaid = async (deps: Deps, since: Date): Promise<boolean> => {
  const unread = await deps.payments
    .find({ status: { $in: ['completed', 'refunded'] }, moneyReadAt: { $lt: since } }, { projection: { _id: 1 } })
    .limit(passLimit)
    .toArray();
  const isAllRead = await readAll(unread, async ({ _id: orderId }) => {
    try {
      return await syncMoney(deps, { orderId, isAboutTransfer: true, ...ownWork(deps, 'unread-for-a-month') });
    } catch (error) {
      await setAside(deps, { orderId }, error);
      return true;
    }
  });
  return isAllRead && unread.length < passLimit;
};

/** Reads several at a time. Returns false once one has returned false: then Stripe is away, and no other one is read. */
const readAll = async <Item>(items: readonly Item[], read: (item: Item) => Promise<boolean>): Promise<boolean> => {
  const run = pLimit(concurrency);
  let isAway = false;
  const readUnlessAway = async (item: Item): Promise<void> => {
    if (!isAway && !(await read(item))) isAway = true;
  };
  await Promise.all(items.map((item) => run(() => readUnlessAway(item))));
  return !isAway;
};

/**
 * Reads accounts, since no list of Stripe's tells which have changed: those that are pending, for whose owners proceeds may wait,
 * in each pass, and the others once an hour; those first that were not read for longest.
 */
const refreshAccounts = async (deps: Deps, now: Date): Promise<void> => {
  const staleAt = new Date(now.getTime() - accountMaxAgeMs);
  for (const due of [{ status: 'pending' }, { status: 'ready', readAt: { $not: { $gte: staleAt } } }] as const) {
    const accounts = await deps.payoutAccounts
      .find({ accountId: { $exists: true }, ...due }, { projection: { accountId: 1 } })
      .sort({ readAt: 1 })
      .limit(passLimit)
      .toArray();
    await readAll(accounts, async ({ accountId = '' }) => {
      const { deadline } = ownWork(deps, 'accounts');
      return (await refreshPayoutAccount(deps, accountId, deadline)) !== undefined;
    });
  }
};

/** An order that cannot be synced must not hold the others up: it is read again like one that was never read. */
const setAside = async (
  { payments, logger }: Deps,
  { intentId, orderId }: Partial<Owner>,
  error: unknown,
): Promise<void> => {
  logger.error({ err: error, intentId, orderId }, 'a change at Stripe could not be applied');
  const filter = intentId === undefined ? { _id: orderId ?? '' } : { stripeId: intentId };
  await payments.updateOne(filter, { $unset: { moneyReadAt: true } });
};

/** Reads the movements of charges that were paid under an earlier release, and of those that could not be synced. */
export const readUnreadMoney = async (deps: Deps, signal: AbortSignal): Promise<void> => {
  const unread = await deps.payments
    .find({ status: { $in: ['completed', 'refunded'] }, moneyReadAt: { $exists: false } }, { projection: { _id: 1 } })
    .limit(unreadLimit)
    .toArray();
  for (const { _id: orderId } of unread) {
    if (signal.aborted) return;
    await syncMoney(deps, { orderId, isAboutTransfer: true, ...ownWork(deps, `unread-${orderId}`) }).catch(
      (error: unknown) => deps.logger.error({ err: error, orderId }, 'the money of an order could not be read'),
    );
  }
};

/** The trace and the time limit of work that no request has caused. */
const ownWork = (deps: Deps, cause: string) => ({
  trace: newTrace(deps, cause),
  deadline: performance.now() + deps.timeoutMs.worker,
});

/** Undefined while another replica has it. Without a bookmark, Stripe is followed from the present time on. */
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
