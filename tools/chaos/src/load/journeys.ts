import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Accounts } from './accounts.ts';
import type { ListedTicket, MadeOrder, Market, User } from './market.ts';

export interface LoadContext {
  readonly market: Market;
  readonly accounts: Accounts;
  /** Resolves once the order has ended and its stream shows it. `ending` resolves to whether that was acknowledged. */
  readonly followOrder: (order: MadeOrder, ending: Promise<boolean>) => Promise<void>;
  readonly random: Random;
  readonly sellers: readonly User[];
  readonly buyers: readonly User[];
  /** Tickets whose order ended without a sale; the next buyers try them first. */
  readonly released: ListedTicket[];
  readonly stopping: AbortSignal;
}

/** A sequence of steps of a seller and buyers. */
export type Journey = (context: LoadContext) => Promise<void>;

const acceptedCards = ['tok_visa', 'tok_mastercard', 'pm_card_visa'] as const;
const declinedCards = [
  'tok_chargeDeclined',
  'tok_chargeDeclinedInsufficientFunds',
  'tok_chargeDeclinedExpiredCard',
] as const;

const ticketToBuy = async ({ market, random, sellers, released }: LoadContext): Promise<ListedTicket | undefined> =>
  (random.chance(0.5) ? released.shift() : undefined) ?? market.list(random.pick(sellers));

const buy: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const buyer = random.pick(buyers);
  await market.browse(buyer);
  if (random.chance(0.2)) await market.upload(ticket);
  const order = await market.order(buyer, ticket);
  if (order === undefined || !(await market.pay(order, random.pick(acceptedCards)))) return;
  if (random.chance(0.3)) await market.upload(ticket);
};

/** Several buyers order one ticket at the same time. */
const contest: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const orders = await Promise.all(
    Array.from({ length: random.integer(2, 4) }, () => market.order(random.pick(buyers), ticket)),
  );
  const made = orders.filter((order) => order !== undefined);
  await Promise.all(made.map((order) => market.pay(order, random.pick(acceptedCards))));
};

const doubleClick: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  await Promise.all(Array.from({ length: random.integer(2, 4) }, () => market.pay(order, random.pick(acceptedCards))));
};

const decline: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  const declines = random.integer(1, 3);
  for (let count = 0; count < declines; count += 1) {
    if (await market.pay(order, random.pick(declinedCards))) return;
  }
  if (declines < 3) await market.pay(order, random.pick(acceptedCards));
  else context.released.push(ticket);
};

/** A buyer cancels and others order, while the events of the first order are still in transit. */
const cancel: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  for (let turn = random.integer(1, 3); turn > 0; turn -= 1) {
    const order = await market.order(random.pick(buyers), ticket);
    if (order === undefined) break;
    await Promise.all([random.chance(0.4) && market.pay(order, random.pick(acceptedCards)), market.cancel(order)]);
  }
  const last = await market.order(random.pick(buyers), ticket);
  if (last !== undefined) await market.pay(last, random.pick(acceptedCards));
};

/** A buyer has paid and has the ticket, and tries to cancel the complete order. */
const regret: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined || !(await market.upload(ticket))) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined || !(await market.pay(order, random.pick(acceptedCards)))) return;
  if (await market.waitForStatus(order, 'complete')) await market.cancelComplete(order);
};

/** The seller changes the price while a buyer orders. */
const reprice: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const shown = ticket.price;
  const expected = random.chance(0.5) ? shown : undefined;
  const [order] = await Promise.all([
    market.order(random.pick(buyers), ticket, expected),
    market.reprice(ticket, random.integer(500, 20_000)),
    random.chance(0.3) && market.reprice(ticket, random.integer(500, 20_000)),
  ]);
  if (order !== undefined && (await market.pay(order, random.pick(acceptedCards)))) return;
  const again = await market.order(random.pick(buyers), ticket, ticket.price);
  if (again !== undefined) await market.pay(again, random.pick(acceptedCards));
};

const letExpire: Journey = async (context) => {
  const { market, random, buyers } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order !== undefined) context.released.push(ticket);
};

/** Pays around the moment at which the hold expires. */
const payLate: Journey = async (context) => {
  const { market, random, buyers, stopping } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  const wait = order.expiresAt - Date.now() + random.between(-1_500, 1_500);
  await delay(Math.max(0, Math.min(wait, 120_000)), undefined, { signal: stopping }).catch(() => undefined);
  await market.pay(order, random.pick(acceptedCards));
  context.released.push(ticket);
};

/** Several sellers list the same ticket, and buyers order what is listed. */
const copy: Journey = async ({ market, random, sellers, buyers }) => {
  const code = randomUUID();
  const copies = await Promise.all(
    Array.from({ length: random.integer(2, 3) }, async () => {
      const ticket = await market.list(random.pick(sellers));
      return ticket !== undefined && (await market.upload(ticket, code)) ? ticket : undefined;
    }),
  );
  for (const ticket of copies.filter((one) => one !== undefined)) {
    const order = await market.order(random.pick(buyers), ticket);
    if (order !== undefined) await market.pay(order, random.pick(acceptedCards));
  }
};

/** A seller delivers around the deadline, and once more after it. */
const deliverLate: Journey = async (context) => {
  const { market, random, buyers, stopping } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined || !(await market.pay(order, random.pick(acceptedCards)))) return;
  const dueAt = await market.deliveryDeadline(order);
  if (dueAt === undefined) return;
  const wait = dueAt - Date.now() + random.between(-1_500, 500);
  await delay(Math.max(0, Math.min(wait, 120_000)), undefined, { signal: stopping }).catch(() => undefined);
  if (await market.upload(ticket)) return;
  await delay(1_000, undefined, { signal: stopping }).catch(() => undefined);
  await market.upload(ticket);
};

/** A page of the order stays open until the order has ended: it is paid, cancelled, or its hold expires. */
const follow: Journey = async (context) => {
  const { market, random, buyers, followOrder } = context;
  const ticket = await ticketToBuy(context);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  const act = random.pick([
    () => market.pay(order, random.pick(acceptedCards)),
    () => market.cancel(order),
    () => Promise.resolve(false),
  ]);
  await followOrder(order, act());
};

/** A buyer signs out on another device, or changes the password, and goes on. */
const endSessions: Journey = async (context) => {
  const { market, accounts, random } = context;
  const account = await accounts.open();
  const ticket = await ticketToBuy(context);
  if (account === undefined || ticket === undefined) return;
  await (random.chance(0.5) ? accounts.signOutElsewhere(account) : accounts.changePassword(account));
  const order = await market.order(account, ticket);
  if (order !== undefined) await market.pay(order, random.pick(acceptedCards));
};

/** Somebody who sells a ticket, holds one and has bought one closes the account. */
const closeAccount: Journey = async (context) => {
  const { market, accounts, random, released } = context;
  const account = await accounts.open();
  if (account === undefined) return;
  const listed = await market.list(account);
  const [bought, held] = [await ticketToBuy(context), await ticketToBuy(context)];
  if (listed === undefined || bought === undefined || held === undefined) return;
  const order = await market.order(account, bought);
  if (order !== undefined) await market.pay(order, random.pick(acceptedCards));
  await market.order(account, held);
  await accounts.close(account, [listed]);
  released.push(held);
};

/** A journey with `waits` takes as long as a hold or a delivery, and runs beside the others. */
export const journeys: readonly (readonly [
  weight: number,
  journey: { readonly name: string; readonly run: Journey; readonly waits?: true },
])[] = [
  [22, { name: 'buy', run: buy }],
  [16, { name: 'contest', run: contest }],
  [12, { name: 'double click', run: doubleClick }],
  [10, { name: 'decline', run: decline }],
  [14, { name: 'cancel', run: cancel }],
  [6, { name: 'regret', run: regret }],
  [12, { name: 'reprice', run: reprice }],
  [4, { name: 'let expire', run: letExpire }],
  [4, { name: 'pay late', run: payLate, waits: true }],
  [3, { name: 'copy', run: copy }],
  [4, { name: 'deliver late', run: deliverLate, waits: true }],
  [14, { name: 'follow', run: follow, waits: true }],
  [3, { name: 'end sessions', run: endSessions }],
  [3, { name: 'close account', run: closeAccount }],
];
