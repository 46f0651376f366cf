import {
  readAccountCopies,
  readAccountsLike,
  readEndings,
  readSessions,
  type SessionRecord,
} from '../sources/accounts.ts';
import { isRecentSale, readMailsAbout } from '../sources/mails.ts';
import { toSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import { readDeadLetters, readParkedEvents, readUnpublished } from '../sources/events.ts';
import { readTimers } from '../sources/expiration.ts';
import { readTime } from '../sources/find-all.ts';
import { readCodes, readFiles } from '../sources/files.ts';
import { readLedgerWithWaiting } from '../sources/ledger.ts';
import type { Databases } from '../sources/databases.ts';
import type { Sources } from '../sources/open-sources.ts';
import {
  liveStatuses,
  readOrderKeysOf,
  readOrders,
  readTicketCopies,
  readUnpaidOrderKeysOf,
} from '../sources/orders.ts';
import { isSettled, readPaymentIdsOfIntents, readPayments, type PaymentRecord } from '../sources/payments.ts';
import type { ChargeRecord, StripeSource } from '../sources/stripe.ts';
import { readTickets, readUnsoldTicketIds } from '../sources/tickets.ts';
import { bounds, lookBackMs, type ScanPlan } from './plan-scan.ts';
import type { RecentCharges } from './recent-charges.ts';

const withIds = (ids: Iterable<string>) => ({ _id: { $in: [...ids] } });

/** One request per PaymentIntent, one after the other. */
const readOlderCharges = async (stripe: StripeSource, payments: readonly PaymentRecord[]): Promise<ChargeRecord[]> => {
  const charges: ChargeRecord[] = [];
  for (const { stripeId } of payments) {
    if (stripeId !== undefined) charges.push(...(await stripe.chargesOfIntent(stripeId)));
  }
  return charges;
};

/** The accounts of a plan and those with the same e-mails, with their sessions and what other services know of both. */
const readAccountsOf = async (databases: Databases, plan: ScanPlan, at: number) => {
  const ids = [...plan.accounts];
  const changedAt = { $gte: new Date(at - lookBackMs) };
  const limit = bounds.carriedOver;
  const found: SessionRecord[] = [
    ...(await readSessions(databases, { filter: { changedAt }, sort: 'changedAt', limit: bounds.changed })),
    ...(await readSessions(databases, { filter: { userId: { $in: ids } }, limit })),
  ];
  const sessions = [...new Map(found.map((session) => [session.id, session])).values()];
  const [accountCopies, endings] = await Promise.all([
    readAccountCopies(databases, withIds(ids)),
    readEndings(databases, withIds([...sessions.map(({ id }) => id), ...ids.map((id) => `user:${id}`)])),
  ]);
  const alike = await readAccountsLike(databases, ids);
  const accounts = alike.filter(({ id }) => plan.accounts.has(id));
  const closed = accounts.filter(({ closedAt }) => closedAt !== undefined).map(({ id }) => id);
  const [unsold, held] = await Promise.all([
    readUnsoldTicketIds(databases, closed, bounds.unsettled),
    readUnpaidOrderKeysOf(databases, closed, bounds.unsettled),
  ]);
  const otherAccounts = alike.filter(({ id }) => !plan.accounts.has(id));
  return { accounts, otherAccounts, accountCopies, sessions, endings, unsold, held };
};

const disputesSinceMs = 24 * 60 * 60_000;

/** PaymentIntents of cancelled orders: of all that are asked about, and of some others. */
const intentsToRead = (payments: readonly PaymentRecord[], { olderCharges }: ScanPlan): string[] => {
  const ended = payments.filter((payment) => payment.order?.status === 'cancelled' && isSettled(payment));
  const planned = ended.filter(({ id }) => olderCharges.has(id));
  const others = ended.filter(({ id, stripeId }) => stripeId !== undefined && !olderCharges.has(id));
  const start = Math.floor(Math.random() * others.length);
  return [...planned, ...others.slice(start, start + bounds.olderCharges)].flatMap(({ stripeId }) => stripeId ?? []);
};

/**
 * Reads what is planned and what that refers to, in the order of `readSnapshot`. Everything is found by id or by an index,
 * so that the cost depends on the plan and not on the size of the databases.
 * @throws UnreadableError
 */
export const readScan = async (
  sources: Sources,
  plan: ScanPlan,
  recent: RecentCharges,
  unpublishedBefore: Date,
): Promise<Snapshot> => {
  const { databases, stripe, bus } = sources;
  const at = Date.now();
  const atOrders = await readTime(databases, 'orders');
  const { otherAccounts, unsold, held, ...accounts } = await readAccountsOf(databases, plan, at);
  const planned = new Map([...held.map(({ id, ticketId }) => [id, ticketId] as const), ...plan.orders]);
  const ids = [...planned.keys()];
  const withoutTicket = ids.filter((id) => planned.get(id) === undefined);
  const keys = await readOrderKeysOf(databases, withoutTicket);
  const ticketIds = new Set([
    ...plan.tickets,
    ...unsold,
    ...keys.map(({ ticketId }) => ticketId),
    ...[...planned.values()].filter((ticketId) => ticketId !== undefined),
  ]);
  const disputes = await stripe.disputes(Math.floor((at - disputesSinceMs) / 1000));
  const disputed = await readPaymentIdsOfIntents(
    databases,
    disputes.flatMap(({ intentId }) => intentId ?? []),
  );
  const [ticketCopies, payments, timers] = await Promise.all([
    readTicketCopies(databases, withIds(ticketIds)),
    readPayments(databases, withIds(new Set([...ids, ...disputed]))),
    readTimers(databases, withIds(ids)),
  ]);
  const tickets = await readTickets(databases, withIds(ticketIds));
  const files = await readFiles(databases, withIds(new Set(tickets.flatMap(({ fileId }) => fileId ?? []))));
  const codes = await readCodes(databases, withIds(new Set(files.flatMap((file) => file.codes))));
  const holders = tickets.flatMap(({ orderId }) => orderId ?? []);
  const [named, keepers] = await Promise.all([
    readOrders(databases, withIds(new Set([...ids, ...holders]))),
    readOrders(databases, {
      $or: [
        { 'ticket.id': { $in: [...ticketIds] }, status: { $in: [...liveStatuses] } },
        { 'ticket.id': { $in: [...ticketIds] }, keepsTicket: true },
      ],
    }),
  ]);
  const orders = named.filter(({ id }) => planned.has(id));
  const found = new Set(orders.map(({ id }) => id));
  const others = new Map([...named, ...keepers].filter(({ id }) => !found.has(id)).map((order) => [order.id, order]));
  const parties = orders
    .filter((order) => isRecentSale(order, at))
    .flatMap(({ userId, sellerId = userId }) => [userId, sellerId]);
  const older = payments.filter(({ id }) => plan.olderCharges.has(id));
  const [olderCharges, intents, partyCopies, mails, ledger, backlog, unpublished, deadLetters, parked] =
    await Promise.all([
      readOlderCharges(stripe, older),
      stripe.intentsOf(intentsToRead(payments, plan)),
      readAccountCopies(databases, withIds(new Set(parties))),
      readMailsAbout(databases, orders, at),
      readLedgerWithWaiting(databases, { orderId: { $in: ids } }),
      bus.read(),
      readUnpublished(databases, unpublishedBefore),
      readDeadLetters(databases),
      readParkedEvents(databases),
    ]);
  const recentCharges = recent.chargesOf([...ids, undefined]);
  const readNow = new Set(olderCharges.map(({ id }) => id));
  return toSnapshot(
    {
      at,
      atOrders,
      orders,
      tickets,
      files,
      codes,
      ticketCopies,
      payments,
      timers,
      unpublished,
      deadLetters,
      parked,
      // What was read before may have been refunded since, or its refund may have failed.
      charges: [...olderCharges, ...recentCharges.filter(({ id }) => !readNow.has(id))],
      refunds: recent.refundsOf(ids),
      intents,
      disputes,
      ledger,
      ...accounts,
      accountCopies: [...partyCopies, ...accounts.accountCopies],
      mails,
      movements: undefined,
      backlog,
    },
    {
      otherOrders: [...others.values()],
      otherAccounts,
      hasAllChargesOf: ({ id, createdAt }) => plan.olderCharges.has(id) || recent.covers(createdAt),
    },
  );
};
