import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { ListedTicket, Market, Person } from './market.ts';

export interface World {
  readonly market: Market;
  readonly random: Random;
  readonly sellers: readonly Person[];
  readonly buyers: readonly Person[];
  /** Tickets that were ordered and let go: the next buyers try them first. */
  readonly released: ListedTicket[];
  readonly stopping: AbortSignal;
}

/** One story of a seller and buyers from its beginning to its end. */
export type Journey = (world: World) => Promise<void>;

const good = ['tok_visa', 'tok_mastercard', 'pm_card_visa'] as const;
const declined = [
  'tok_chargeDeclined',
  'tok_chargeDeclinedInsufficientFunds',
  'tok_chargeDeclinedExpiredCard',
] as const;

const ticketToBuy = async ({ market, random, sellers, released }: World): Promise<ListedTicket | undefined> =>
  (random.chance(0.5) ? released.shift() : undefined) ?? market.list(random.pick(sellers));

const buy: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const buyer = random.pick(buyers);
  await market.look(buyer);
  const order = await market.order(buyer, ticket);
  if (order !== undefined) await market.pay(order, random.pick(good));
};

/** Several want one ticket at the same moment. */
const contest: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const orders = await Promise.all(
    Array.from({ length: random.integer(2, 4) }, () => market.order(random.pick(buyers), ticket)),
  );
  const made = orders.filter((order) => order !== undefined);
  await Promise.all(made.map((order) => market.pay(order, random.pick(good))));
};

const doubleClick: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  await Promise.all(Array.from({ length: random.integer(2, 4) }, () => market.pay(order, random.pick(good))));
};

const decline: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  const declines = random.integer(1, 3);
  for (let count = 0; count < declines; count += 1) {
    if (await market.pay(order, random.pick(declined))) return;
  }
  if (declines < 3) await market.pay(order, random.pick(good));
  else world.released.push(ticket);
};

/** A buyer lets go and others take over, while the events of the first order are still on their way. */
const cancel: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  for (let turn = random.integer(1, 3); turn > 0; turn -= 1) {
    const order = await market.order(random.pick(buyers), ticket);
    if (order === undefined) break;
    await Promise.all([random.chance(0.4) && market.pay(order, random.pick(good)), market.cancel(order)]);
  }
  const last = await market.order(random.pick(buyers), ticket);
  if (last !== undefined) await market.pay(last, random.pick(good));
};

/** A buyer has paid, sees the ticket as theirs, and would like to give it back. */
const regret: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined || !(await market.pay(order, random.pick(good)))) return;
  if (await market.sees(order, 'complete')) await market.regret(order);
};

/** The seller changes the price in the moment in which somebody buys. */
const reprice: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const shown = ticket.price;
  const asked = random.chance(0.5) ? shown : undefined;
  const [order] = await Promise.all([
    market.order(random.pick(buyers), ticket, asked),
    market.reprice(ticket, random.integer(500, 20_000)),
    random.chance(0.3) && market.reprice(ticket, random.integer(500, 20_000)),
  ]);
  if (order !== undefined && (await market.pay(order, random.pick(good)))) return;
  const again = await market.order(random.pick(buyers), ticket, ticket.price);
  if (again !== undefined) await market.pay(again, random.pick(good));
};

const letExpire: Journey = async (world) => {
  const { market, random, buyers } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order !== undefined) world.released.push(ticket);
};

/** Pays in the moment in which the hold runs out, or after it. */
const payLate: Journey = async (world) => {
  const { market, random, buyers, stopping } = world;
  const ticket = await ticketToBuy(world);
  if (ticket === undefined) return;
  const order = await market.order(random.pick(buyers), ticket);
  if (order === undefined) return;
  const wait = order.expiresAt - Date.now() + random.between(-1_500, 1_500);
  await delay(Math.max(0, Math.min(wait, 120_000)), undefined, { signal: stopping }).catch(() => undefined);
  await market.pay(order, random.pick(good));
  world.released.push(ticket);
};

/** `waits`: it takes as long as a hold, beside the others. */
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
];
