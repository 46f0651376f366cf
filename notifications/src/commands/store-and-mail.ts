import { isRecent } from '@ticketing/common/mail';
import type { Outcome, Received } from '@ticketing/common/messaging';
import { applyIfNewer } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { mailsOf } from '../domain/mails-of.ts';
import { deliverSoon } from '../mails/deliver-soon.ts';

/**
 * How long an event waits, from when the first one of its sale arrived, for the copy of a user, whose own event may be late. Then it
 * becomes a dead letter.
 */
const waitForUserMs = 2 * 60_000;
const waitDelayMs = 1_000;

/** An account that was closed after its copy was read and before its mail was stored has no other event that would drop it. */
const forgetClosed = async (deps: Deps, userIds: readonly string[]): Promise<void> => {
  const closed = { _id: { $in: [...userIds] }, 'user.closedAt': { $exists: true } };
  for (const { _id } of await deps.recipients.find(closed, { projection: { _id: 1 } }).toArray())
    await deps.mail.forgetUser(_id);
};

/**
 * No seller is reminded of what was delivered or undone. Read after the reminders are stored: of two processes that hear of the
 * sale and of its delivery at once, one cancels.
 */
const cancelReminders = async (deps: Deps, saleIds: readonly string[]): Promise<void> => {
  const isOver = [
    { 'order.status': { $ne: 'complete' as const } },
    { 'order.delivery.status': { $ne: 'pending' as const } },
  ];
  const over = await deps.sales.find({ _id: { $in: [...saleIds] }, $or: isOver }, { projection: { _id: 1 } }).toArray();
  if (over.length > 0) await deps.mail.cancel(over.map(({ _id }) => deliverSoon.idOf(_id)));
};

/**
 * Stores the states that matter in `field` of their sales and enqueues every mail that is due by what the sales are then:
 * whichever event of a sale is the last to arrive, it finds the others. Enqueued mails are not sent again, so the events may
 * come again in any order.
 */
export const storeAndMail = async <State extends { readonly id: string; readonly version: number }>(
  deps: Deps,
  field: 'order' | 'charge',
  events: readonly Received<State>[],
  { saleIdOf, matters }: { readonly saleIdOf: (state: State) => string; readonly matters: (state: State) => boolean },
): Promise<readonly Outcome[]> => {
  const now = deps.now();
  const relevant = events.filter(({ state }) => matters(state));
  if (relevant.length === 0) return events.map(() => 'done');
  const states = relevant.map(({ state }) => ({ ...state, id: saleIdOf(state) }));
  await applyIfNewer(deps.sales, field, states, {
    effect: () => [
      { $set: { storedAt: { $literal: now }, firstEventAt: { $ifNull: ['$firstEventAt', { $literal: now }] } } },
    ],
  });
  const sales = await deps.sales.find({ _id: { $in: states.map(({ id }) => id) } }).toArray();
  const due = new Map(
    sales.map((sale) => [sale._id, mailsOf(sale, deps.currency).filter(({ at }) => isRecent(at, now))]),
  );
  const userIds = new Set([...due.values()].flat().map(({ userId }) => userId));
  const found = await deps.recipients.find({ _id: { $in: [...userIds] } }).toArray();
  const recipients = new Map(found.map(({ _id, user }) => [_id, user]));

  await deps.mail.enqueue(
    [...due.values()].flat().flatMap(({ userId, mailTo }) => {
      const to = recipients.get(userId)?.email;
      return to === undefined ? [] : [mailTo(to)];
    }),
  );
  await forgetClosed(deps, [...userIds]);
  if (field === 'order')
    await cancelReminders(
      deps,
      sales.map(({ _id }) => _id),
    );
  const firstEventAt = new Map(sales.map((sale) => [sale._id, sale.firstEventAt]));
  return events.map(({ state }): Outcome => {
    const unknown = due.get(saleIdOf(state))?.find(({ userId }) => !recipients.has(userId));
    if (!matters(state) || unknown === undefined) return 'done';
    if (now.getTime() - (firstEventAt.get(saleIdOf(state)) ?? now).getTime() < waitForUserMs)
      return { retryAfterMs: waitDelayMs };
    return { failed: `no copy of user ${unknown.userId}: npm run operator -- republish user fills it` };
  });
};
