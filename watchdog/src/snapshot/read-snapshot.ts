import { readAccountCopies, readAccounts, readEndings, readSessions } from '../sources/accounts.ts';
import { readDeadLetters, readParkedEvents, readUnpublished } from '../sources/events.ts';
import { readTimers } from '../sources/expiration.ts';
import { readTime } from '../sources/find-all.ts';
import { readCodes, readFiles } from '../sources/files.ts';
import { readLedgerWithWaiting } from '../sources/ledger.ts';
import type { Sources } from '../sources/open-sources.ts';
import { readOrders, readTicketCopies } from '../sources/orders.ts';
import { readMailsAbout } from '../sources/mails.ts';
import { readPayments, type PaymentRecord } from '../sources/payments.ts';
import type { IntentRecord } from '../sources/stripe.ts';
import { readTickets } from '../sources/tickets.ts';
import { toSnapshot, type Snapshot } from './snapshot.ts';

/** All at Stripe, and those of charges that Stripe's list does not have. */
const readIntents = async ({ stripe }: Sources, payments: readonly PaymentRecord[]): Promise<IntentRecord[]> => {
  const listed = await stripe.intents();
  const known = new Set(listed.map(({ id }) => id));
  const rest = payments.flatMap(({ stripeId }) => (stripeId === undefined || known.has(stripeId) ? [] : [stripeId]));
  return [...listed, ...(await stripe.intentsOf(rest))];
};

/**
 * Reads everything. What follows from something else is read before it: copies before their sources, tickets before
 * orders, orders before charges, so that nothing seems to be ahead only because it was read later.
 * @throws UnreadableError
 */
export const readSnapshot = async (sources: Sources): Promise<Snapshot> => {
  const { databases, stripe, bus } = sources;
  const at = Date.now();
  const atOrders = await readTime(databases, 'orders');
  const [accountCopies, endings, ticketCopies, payments, timers] = await Promise.all([
    readAccountCopies(databases),
    readEndings(databases),
    readTicketCopies(databases),
    readPayments(databases),
    readTimers(databases),
  ]);
  const [accounts, sessions] = await Promise.all([readAccounts(databases), readSessions(databases)]);
  const tickets = await readTickets(databases);
  const files = await readFiles(databases);
  const codes = await readCodes(databases);
  const orders = await readOrders(databases);
  const mails = await readMailsAbout(databases, orders, at);
  const ledger = await readLedgerWithWaiting(databases);
  const [charges, refunds, intents, disputes, movements, backlog, unpublished, deadLetters, parked] = await Promise.all(
    [
      stripe.charges(),
      stripe.refunds(),
      readIntents(sources, payments),
      stripe.disputes(),
      stripe.movements(),
      bus.read(),
      readUnpublished(databases, new Date(at)),
      readDeadLetters(databases),
      readParkedEvents(databases),
    ],
  );
  return toSnapshot({
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
    charges,
    refunds,
    intents,
    disputes,
    ledger,
    accounts,
    accountCopies,
    sessions,
    endings,
    mails,
    movements,
    backlog,
  });
};
