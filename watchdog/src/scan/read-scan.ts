import { toSnapshot, type Snapshot } from '../snapshot/snapshot.ts';
import { readDeadLetters, readParkedEvents, readUnpublished } from '../sources/events.ts';
import { readTimers } from '../sources/expiration.ts';
import { readCodes, readFiles } from '../sources/files.ts';
import { readLedgerWithWaiting } from '../sources/ledger.ts';
import type { Sources } from '../sources/open-sources.ts';
import { liveStatuses, readOrderKeysOf, readOrders, readTicketCopies } from '../sources/orders.ts';
import { readPayments, type PaymentRecord } from '../sources/payments.ts';
import type { ChargeRecord, StripeSource } from '../sources/stripe.ts';
import { readTickets } from '../sources/tickets.ts';
import type { ScanPlan } from './plan-scan.ts';
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
  const ids = [...plan.orders.keys()];
  const withoutTicket = ids.filter((id) => plan.orders.get(id) === undefined);
  const keys = await readOrderKeysOf(databases, withoutTicket);
  const ticketIds = new Set([
    ...plan.tickets,
    ...keys.map(({ ticketId }) => ticketId),
    ...[...plan.orders.values()].filter((ticketId) => ticketId !== undefined),
  ]);
  const [ticketCopies, payments, timers] = await Promise.all([
    readTicketCopies(databases, withIds(ticketIds)),
    readPayments(databases, withIds(ids)),
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
  const orders = named.filter(({ id }) => plan.orders.has(id));
  const planned = new Set(orders.map(({ id }) => id));
  const others = new Map([...named, ...keepers].filter(({ id }) => !planned.has(id)).map((order) => [order.id, order]));
  const older = payments.filter(({ id }) => plan.olderCharges.has(id));
  const [olderCharges, ledger, backlog, unpublished, deadLetters, parked] = await Promise.all([
    readOlderCharges(stripe, older),
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
      ledger,
      movements: undefined,
      backlog,
    },
    {
      otherOrders: [...others.values()],
      hasAllChargesOf: ({ id, createdAt }) => plan.olderCharges.has(id) || recent.covers(createdAt),
    },
  );
};
