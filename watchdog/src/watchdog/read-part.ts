import type { Books } from '../books/open-books.ts';
import { reading } from '../books/read-books.ts';
import {
  orderKeysOf,
  readDeadLetters,
  readOrders,
  readPayments,
  readTicketCopies,
  readTickets,
  readTimers,
  readUnpublished,
} from '../books/read-documents.ts';
import { liveStatuses, toReading, type Reading } from '../books/reading.ts';
import type { MoneyRecord } from '../books/records.ts';
import type { MoneyWindow } from './money-window.ts';

/** What a pass is to look at. */
export interface Asked {
  /** Orders, with their tickets' ids where they are known already. */
  readonly orders: ReadonlyMap<string, string | undefined>;
  readonly tickets: ReadonlySet<string>;
  /** Older orders whose money is asked for one by one. */
  readonly money: ReadonlySet<string>;
}

const within = (ids: Iterable<string>) => ({ _id: { $in: [...ids] } });

/** The charges of orders that are older than the window, one call each. */
const readOlderMoney = async (books: Books, intents: readonly (string | undefined)[]): Promise<MoneyRecord[]> => {
  const money: MoneyRecord[] = [];
  for (const intent of intents) {
    if (intent !== undefined) money.push(...(await books.stripe.moneyOfIntent(intent)));
  }
  return money;
};

/**
 * A reading of what was asked for and of what it refers to, in the order of `readBooks`. Its size is that of what was
 * asked for, however large the books are: everything is found by its id or by an index.
 * @throws UnreadableError
 */
export const readPart = async (
  books: Books,
  asked: Asked,
  window: MoneyWindow,
  unpublishedBefore: Date,
): Promise<Reading> => {
  const { databases } = books;
  const at = Date.now();
  const ids = [...asked.orders.keys()];
  const unknown = ids.filter((id) => asked.orders.get(id) === undefined);
  const keys = await reading('the database of orders', orderKeysOf(databases, unknown));
  const ticketIds = new Set([
    ...asked.tickets,
    ...keys.map(({ ticketId }) => ticketId),
    ...[...asked.orders.values()].filter((ticketId) => ticketId !== undefined),
  ]);
  const [ticketCopies, payments, timers] = await Promise.all([
    reading('the database of orders', readTicketCopies(databases, within(ticketIds))),
    reading('the database of payments', readPayments(databases, within(ids))),
    reading('the database of expiration', readTimers(databases, within(ids))),
  ]);
  const tickets = await reading('the database of tickets', readTickets(databases, within(ticketIds)));
  const holders = tickets.flatMap(({ orderId }) => orderId ?? []);
  const [named, live] = await Promise.all([
    reading('the database of orders', readOrders(databases, within(new Set([...ids, ...holders])))),
    reading(
      'the database of orders',
      readOrders(databases, { 'ticket.id': { $in: [...ticketIds] }, status: { $in: [...liveStatuses] } }),
    ),
  ]);
  const orders = named.filter(({ id }) => asked.orders.has(id));
  const known = new Set(orders.map(({ id }) => id));
  const otherOrders = [...new Map([...named, ...live].map((order) => [order.id, order])).values()].filter(
    ({ id }) => !known.has(id),
  );
  const older = payments.filter(({ id }) => asked.money.has(id));
  const [olderMoney, backlog, unpublished, deadLetters] = await Promise.all([
    reading(
      'the charges at Stripe',
      readOlderMoney(
        books,
        older.map(({ stripeId }) => stripeId),
      ),
    ),
    reading('the bus', books.bus.read()),
    reading('the outboxes of the five databases', readUnpublished(databases, unpublishedBefore)),
    reading('the dead letters of the five databases', readDeadLetters(databases)),
  ]);
  const latest = [...window.moneyOf(ids), ...window.moneyOfNobody()];
  const inWindow = new Set(latest.map(({ id }) => id));
  return toReading(
    {
      at,
      orders,
      tickets,
      ticketCopies,
      payments,
      timers,
      unpublished,
      deadLetters,
      money: [...latest, ...olderMoney.filter(({ id }) => !inWindow.has(id))],
      refunds: window.refundsOf(new Set(ids)),
      backlog,
    },
    { otherOrders, knowsMoneyOf: ({ id, createdAt }) => asked.money.has(id) || window.covers(createdAt) },
  );
};
