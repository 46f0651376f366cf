import type { Books } from './open-books.ts';
import {
  readDeadLetters,
  readOrders,
  readPayments,
  readTicketCopies,
  readTickets,
  readTimers,
  readUnpublished,
} from './read-documents.ts';
import { toReading, type Reading } from './reading.ts';

/** A part of the books could not be read; the message says which, and the cause why. */
export class UnreadableError extends Error {
  readonly part: string;

  constructor(part: string, cause: unknown) {
    super(`could not read ${part}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'UnreadableError';
    this.part = part;
  }
}

/** Names the part of the books that an error came from. */
export const reading = async <T>(part: string, read: Promise<T>): Promise<T> => {
  try {
    return await read;
  } catch (error) {
    throw new UnreadableError(part, error);
  }
};

/**
 * Reads everything. What follows from something else is read before it: copies before their sources, tickets before
 * orders, orders before the money, so that nothing seems to be ahead only because it was read later.
 * @throws UnreadableError
 */
export const readBooks = async (books: Books): Promise<Reading> => {
  const { databases, stripe, bus } = books;
  const at = Date.now();
  const [ticketCopies, payments, timers] = await Promise.all([
    reading('the database of orders (copies of tickets)', readTicketCopies(databases)),
    reading('the database of payments', readPayments(databases)),
    reading('the database of expiration', readTimers(databases)),
  ]);
  const tickets = await reading('the database of tickets', readTickets(databases));
  const orders = await reading('the database of orders', readOrders(databases));
  const [money, refunds, backlog, unpublished, deadLetters] = await Promise.all([
    reading('the charges at Stripe', stripe.money()),
    reading('the refunds at Stripe', stripe.refunds()),
    reading('the bus', bus.read()),
    reading('the outboxes of the five databases', readUnpublished(databases, new Date(at))),
    reading('the dead letters of the five databases', readDeadLetters(databases)),
  ]);
  return toReading({
    at,
    orders,
    tickets,
    ticketCopies,
    payments,
    timers,
    unpublished,
    deadLetters,
    money,
    refunds,
    backlog,
  });
};
