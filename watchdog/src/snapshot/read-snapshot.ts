import { readDeadLetters, readParkedEvents, readUnpublished } from '../sources/events.ts';
import { readTimers } from '../sources/expiration.ts';
import { readCodes, readFiles } from '../sources/files.ts';
import { readLedgerWithWaiting } from '../sources/ledger.ts';
import type { Sources } from '../sources/open-sources.ts';
import { readOrders, readTicketCopies } from '../sources/orders.ts';
import { readPayments } from '../sources/payments.ts';
import { readTickets } from '../sources/tickets.ts';
import { toSnapshot, type Snapshot } from './snapshot.ts';

/**
 * Reads everything. What follows from something else is read before it: copies before their sources, tickets before
 * orders, orders before charges, so that nothing seems to be ahead only because it was read later.
 * @throws UnreadableError
 */
export const readSnapshot = async (sources: Sources): Promise<Snapshot> => {
  const { databases, stripe, bus } = sources;
  const at = Date.now();
  const [ticketCopies, payments, timers] = await Promise.all([
    readTicketCopies(databases),
    readPayments(databases),
    readTimers(databases),
  ]);
  const tickets = await readTickets(databases);
  const files = await readFiles(databases);
  const codes = await readCodes(databases);
  const orders = await readOrders(databases);
  const ledger = await readLedgerWithWaiting(databases);
  const [charges, refunds, movements, backlog, unpublished, deadLetters, parked] = await Promise.all([
    stripe.charges(),
    stripe.refunds(),
    stripe.movements(),
    bus.read(),
    readUnpublished(databases, new Date(at)),
    readDeadLetters(databases),
    readParkedEvents(databases),
  ]);
  return toSnapshot({
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
    charges,
    refunds,
    ledger,
    movements,
    backlog,
  });
};
