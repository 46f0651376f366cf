import { auditProduct } from '@ticketing/watchdog/checks';
import type { Sources } from '@ticketing/watchdog/sources';
import { required } from '@ticketing/launcher/required';
import { setTimeout as delay } from 'node:timers/promises';
import type { ListedTicket, MadeOrder, Market, User } from '../load/market.ts';
import type { Fault } from './own-product.ts';
import type { PlannedOutage } from './plan.ts';

/** Orders that must have been paid with 201, those that are left unpaid, and the users that this takes. */
const paidCount = 20;
const unpaidCount = 5;
/** Some requests to pay are cut off by the outage: their outcome is unknown to their buyers. */
const spareCount = 4;
export const userCount = paidCount + spareCount + unpaidCount;

/** Within this time after the return every order must have ended. */
export const limitMs = 20_000;
/** How long an order that is late is still watched. */
const watchMs = 60_000;
/** The outage begins this long before the first deadline. */
const leadMs = 1_800;

interface Hold {
  readonly ticket: ListedTicket;
  readonly order: MadeOrder;
}

export interface OutageResult {
  readonly name: string;
  /** Orders that were paid with 201. */
  readonly paid: number;
  /** Of these the ones that were not complete when the part came back. */
  readonly open: number;
  /** From the start of the part until it was ready. */
  readonly startMs: number;
  /** From then until the last paid order was complete, and the last unpaid ticket on sale; undefined if one never was. */
  readonly completeMs: number | undefined;
  readonly freeMs: number | undefined;
  readonly refunded: number;
  /** Why the run proves nothing. */
  readonly void: string | undefined;
  readonly problems: readonly string[];
}

export interface OutageContext {
  readonly market: Market;
  readonly users: readonly User[];
  readonly sources: Sources;
  readonly fault: Fault;
  readonly nats: Fault;
  readonly signal: AbortSignal;
}

/** Every user sells a ticket to the next one, who may pay. */
const makeHolds = async ({ market, users }: OutageContext): Promise<Hold[]> => {
  const tickets = await Promise.all(users.map((user) => market.list(user)));
  return Promise.all(
    tickets.map(async (listed, index) => {
      const ticket = required(listed, 'listed ticket');
      const buyer = required(users[(index + 1) % users.length], 'buyer');
      const order = required(await market.order(buyer, ticket), 'order');
      if (!(await market.waitForStatus(order, 'awaiting:payment'))) throw new Error(`${order.id} was not confirmed`);
      return { ticket, order };
    }),
  );
};

/** Repeats `isDone` for all items until it is true for each; returns when the last one was, or undefined. */
const untilAll = async <Item>(
  items: readonly Item[],
  isDone: (item: Item) => Promise<boolean>,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const start = performance.now();
  let waiting = [...items];
  for (let pause = 100; !signal.aborted; pause = Math.min(pause * 1.5, 1_000)) {
    const states = await Promise.all(waiting.map(isDone));
    waiting = waiting.filter((_item, index) => states[index] !== true);
    const elapsed = performance.now() - start;
    if (waiting.length === 0) return elapsed;
    if (elapsed > watchMs) return undefined;
    await delay(pause);
  }
  return undefined;
};

const isLate = (ms: number | undefined): boolean => ms === undefined || ms > limitMs;

/**
 * Orders and pays for tickets around the beginning of an outage that lasts until their deadlines have passed, and watches
 * what becomes of them when it is over.
 */
export const runOutage = async (planned: PlannedOutage, context: OutageContext): Promise<OutageResult> => {
  const { market, sources, fault, nats, signal } = context;
  const holds = await makeHolds(context);
  const [toPay, unpaid] = [holds.slice(0, -unpaidCount), holds.slice(-unpaidCount)];
  const deadlines = holds.map(({ order }) => order.expiresAt);
  await delay(Math.max(0, Math.min(...deadlines) - leadMs - Date.now()), undefined, { signal });

  const paid: Hold[] = [];
  const enough = Promise.withResolvers<void>();
  const payAll = async (): Promise<void> => {
    await Promise.all(
      toPay.map(async (hold) => {
        if (!(await market.pay(hold.order, 'tok_visa'))) return;
        paid.push(hold);
        if (paid.length === paidCount) enough.resolve();
      }),
    );
  };
  let paying: Promise<void>;
  if (planned.part === 'payments' || planned.part === 'payments-db') {
    // Without them nothing is paid, so they go right after the last 201. NATS is away until then: otherwise orders would
    // know of most payments before.
    await nats.begin();
    paying = payAll();
    await Promise.race([enough.promise, paying]);
    await fault.begin();
    await nats.end();
  } else {
    await fault.begin();
    paying = payAll();
  }
  await delay(planned.seconds * 1000, undefined, { signal }).catch(() => undefined);

  const reasons: string[] = [];
  if (Date.now() < Math.max(...deadlines)) reasons.push('the outage ended before the last deadline');
  const before = await Promise.all(paid.map(({ order }) => market.statusOf(order)));
  const returned = performance.now();
  await fault.end();
  const startMs = performance.now() - returned;
  const [completeMs, freeMs] = await Promise.all([
    untilAll(
      toPay,
      async (hold) => {
        const status = await market.statusOf(hold.order);
        return status === 'complete' || (status === 'cancelled' && !paid.includes(hold));
      },
      signal,
    ),
    untilAll(unpaid, ({ ticket }) => market.isOnSale(ticket), signal),
  ]);
  await paying;
  if (paid.length < paidCount) reasons.push(`only ${paid.length} orders were paid`);

  const ids = new Set(paid.map(({ order }) => order.id));
  const refunds = (await sources.stripe.refunds()).filter(({ orderId }) => orderId !== undefined && ids.has(orderId));
  const { violations } = await auditProduct(sources);
  return {
    name: planned.name,
    paid: paid.length,
    open: before.filter((status) => status !== 'complete').length,
    startMs,
    completeMs,
    freeMs,
    refunded: refunds.length,
    void: reasons.length === 0 ? undefined : reasons.join(', '),
    problems: [
      ...(isLate(completeMs) ? ['not every paid order was complete in time'] : []),
      ...(isLate(freeMs) ? ['not every unpaid ticket was on sale in time'] : []),
      ...refunds.map(({ orderId }) => `order ${orderId} was paid and refunded`),
      ...violations.map(({ check, text }) => `${check}: ${text}`),
    ],
  };
};
