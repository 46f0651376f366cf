import { ObjectId } from 'mongodb';
import type { Violation } from '../checks/audit-product.ts';
import { readAccountIdsAfter, readChangedAccountIds } from '../sources/accounts.ts';
import type { Databases } from '../sources/databases.ts';
import { readArmedTimerIds } from '../sources/expiration.ts';
import { readChangedOrderKeys, readOrderKeysAfter, readUnpaidOrderKeys } from '../sources/orders.ts';
import { readUnsettledPaymentIds } from '../sources/payments.ts';
import { readTicketIdsAfter } from '../sources/tickets.ts';

/** How much one scan reads at most. */
export const bounds = {
  /** Orders created since the last scan. */
  newOrders: 1_000,
  /** Unpaid orders, earliest deadline first. */
  unpaidOrders: 500,
  /** Orders that have changed some minutes ago, accounts and ended sessions that have changed since, earliest first. */
  changed: 200,
  /** Armed timers, the next to ring first; open payment attempts; refunds due. */
  unsettled: 100,
  /** Orders, tickets and accounts, of the page that each scan advances through the whole collection. */
  page: 50,
  /** Orders of that page whose charges, and cancelled ones whose PaymentIntents, are requested from Stripe. */
  olderCharges: 5,
  /** Orders that were unpaid in the last scan, and ids of its suspicions. */
  carriedOver: 2_000,
} as const;

/** Tolerated difference between the clocks of the replicas, which make the ids. */
const overlapMs = 30_000;
/** Longer than the checks give what has changed, such as a sale without its mails. */
export const lookBackMs = 5 * 60_000;
const settledMs = 3 * 60_000;

const idAt = (milliseconds: number): string => ObjectId.createFromTime(Math.floor(milliseconds / 1000)).toHexString();

/** Where the next page begins: at the start again after the last one. */
const cursorAfter = (ids: readonly string[]): string => (ids.length < bounds.page ? undefined : ids.at(-1)) ?? '';

/** What to read in one scan, beside what these refer to. */
export interface ScanPlan {
  /** Orders, with their tickets' ids where they are known already. */
  readonly orders: ReadonlyMap<string, string | undefined>;
  readonly tickets: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  /** Orders whose charges may be older than the recent ones, and are requested from Stripe one by one. */
  readonly olderCharges: ReadonlySet<string>;
  /** Whether there were more new orders than one scan reads; the rest is left to the pages. */
  readonly isTruncated: boolean;
}

/** What the last scan and Stripe give the next one to read. */
export interface Leads {
  /** Orders with new charges or refunds. */
  readonly charged: readonly string[];
  /** Orders that were unpaid. */
  readonly unpaid: readonly string[];
  readonly suspicions: readonly Violation[];
}

/** Plans each scan: what is new, what is unfinished, what looked wrong, and a page of everything in turn. */
export class ScanPlanner {
  readonly #databases: Databases;
  /** Orders created in the overlap that a scan has read, with the time of that scan. */
  readonly #known = new Map<string, number>();
  #since: number;
  #orderCursor = '';
  #ticketCursor = '';
  #accountCursor = '';

  constructor(databases: Databases, now: number) {
    this.#databases = databases;
    this.#since = now - lookBackMs;
  }

  /** @throws UnreadableError; the next plan then starts where this one started. */
  async next(now: number, leads: Leads): Promise<ScanPlan> {
    const databases = this.#databases;
    const limit = bounds.newOrders + this.#known.size;
    const since = new Date(now - lookBackMs);
    const [fresh, changed, unpaid, page, tickets, timers, payments, accounts, changedAccounts] = await Promise.all([
      readOrderKeysAfter(databases, idAt(this.#since), limit),
      readChangedOrderKeys(databases, { since, until: new Date(now - settledMs) }, bounds.changed),
      readUnpaidOrderKeys(databases, bounds.unpaidOrders),
      readOrderKeysAfter(databases, this.#orderCursor, bounds.page),
      readTicketIdsAfter(databases, this.#ticketCursor, bounds.page),
      readArmedTimerIds(databases, bounds.unsettled),
      readUnsettledPaymentIds(databases, bounds.unsettled),
      readAccountIdsAfter(databases, this.#accountCursor, bounds.page),
      readChangedAccountIds(databases, since, bounds.changed),
    ]);
    const added = fresh.filter(({ id }) => !this.#known.has(id));
    const pageIds = page.map(({ id }) => id);
    this.#advance(
      now,
      added.map(({ id }) => id),
    );
    this.#orderCursor = cursorAfter(pageIds);
    this.#ticketCursor = cursorAfter(tickets);
    this.#accountCursor = cursorAfter(accounts);
    // A suspicion's ids may be of orders, tickets, accounts or charges: an id finds nothing in the other collections.
    const suspects = [...new Set(leads.suspicions.flatMap(({ ids }) => ids))].slice(0, bounds.carriedOver);
    const withoutTicket = [
      ...timers,
      ...payments,
      ...leads.unpaid.slice(0, bounds.carriedOver),
      ...leads.charged,
      ...suspects,
    ];
    const orders = new Map<string, string | undefined>(withoutTicket.map((id) => [id, undefined]));
    for (const { id, ticketId } of [...added, ...changed, ...unpaid, ...page]) orders.set(id, ticketId);
    // Another part of the page each time.
    const start = Math.floor(Math.random() * pageIds.length);
    return {
      orders,
      tickets: new Set([...tickets, ...suspects]),
      accounts: new Set([...accounts, ...changedAccounts, ...suspects]),
      olderCharges: new Set([...pageIds.slice(start, start + bounds.olderCharges), ...suspects.slice(0, bounds.page)]),
      isTruncated: fresh.length === limit,
    };
  }

  #advance(now: number, added: readonly string[]): void {
    for (const id of added) this.#known.set(id, now);
    this.#since = now - overlapMs;
    // Kept for as long as the overlap can return it again.
    for (const [id, at] of this.#known) if (at < now - 2 * overlapMs) this.#known.delete(id);
  }
}
