import { ObjectId } from 'mongodb';
import type { Databases } from '../books/databases.ts';
import {
  armedTimerIds,
  orderKeysAfter,
  ticketIdsAfter,
  unpaidOrderKeys,
  unsettledPaymentIds,
  type OrderKey,
} from '../books/read-documents.ts';
import { reading } from '../books/read-books.ts';

/** How much one pass looks at, at most. */
export const bounds = {
  /** Orders made since the last pass. */
  newOrders: 1_000,
  /** Unpaid orders, the earliest deadlines first. */
  unpaidOrders: 500,
  /** Armed timers, the next to ring first; open attempts to pay; money to be returned. */
  unsettled: 100,
  /** Orders, and tickets, of all the books, a page further with each pass. */
  page: 50,
  /** Orders of that page whose money is asked for at Stripe. */
  olderMoney: 5,
  /** Orders that were unpaid or looked wrong in the last pass. */
  followed: 2_000,
} as const;

/** Replicas' clocks, which make the ids, may differ by so much. */
const overlapMs = 30_000;
const firstLookBackMs = 5 * 60_000;

const idAt = (milliseconds: number): string => ObjectId.createFromTime(Math.floor(milliseconds / 1000)).toHexString();

export interface Chosen {
  readonly orders: ReadonlyMap<string, string | undefined>;
  readonly tickets: ReadonlySet<string>;
  /** The page of all orders. */
  readonly page: readonly string[];
  /** Whether more orders were new than are looked at: the rest is left to the page. */
  readonly isCutShort: boolean;
}

/** Chooses what each pass looks at: what is new, what is unfinished, and a page of everything in turn. */
export class Choice {
  readonly #databases: Databases;
  readonly #seen = new Map<string, number>();
  #since: number;
  #orderPage = '';
  #ticketPage = '';

  constructor(databases: Databases, now: number) {
    this.#databases = databases;
    this.#since = now - firstLookBackMs;
  }

  /** @throws UnreadableError; the next choice then begins where this one began. */
  async next(now: number): Promise<Chosen> {
    const databases = this.#databases;
    const limit = bounds.newOrders + this.#seen.size;
    const [fresh, unpaid, page, tickets, timers, payments] = await Promise.all([
      reading('the database of orders', orderKeysAfter(databases, idAt(this.#since), limit)),
      reading('the database of orders', unpaidOrderKeys(databases, bounds.unpaidOrders)),
      reading('the database of orders', orderKeysAfter(databases, this.#orderPage, bounds.page)),
      reading('the database of tickets', ticketIdsAfter(databases, this.#ticketPage, bounds.page)),
      reading('the database of expiration', armedTimerIds(databases, bounds.unsettled)),
      reading('the database of payments', unsettledPaymentIds(databases, bounds.unsettled)),
    ]);
    const added = fresh.filter(({ id }) => !this.#seen.has(id));
    this.#advance(now, added, page, tickets);
    const orders = new Map<string, string | undefined>([...timers, ...payments].map((id) => [id, undefined]));
    for (const { id, ticketId } of [...added, ...unpaid, ...page]) orders.set(id, ticketId);
    return {
      orders,
      tickets: new Set(tickets),
      page: page.map(({ id }) => id),
      isCutShort: fresh.length === limit,
    };
  }

  #advance(now: number, added: readonly OrderKey[], page: readonly OrderKey[], tickets: readonly string[]): void {
    for (const { id } of added) this.#seen.set(id, now);
    this.#since = now - overlapMs;
    // An id is remembered for as long as the overlap can show it again.
    for (const [id, at] of this.#seen) if (at < now - 2 * overlapMs) this.#seen.delete(id);
    this.#orderPage = page.length < bounds.page ? '' : (page.at(-1)?.id ?? '');
    this.#ticketPage = tickets.length < bounds.page ? '' : (tickets.at(-1) ?? '');
  }
}
