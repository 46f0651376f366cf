import { setTimeout as delay } from 'node:timers/promises';
import { required } from '@ticketing/launcher/required';
import { z } from 'zod';
import type { MadeOrder } from '../load/market.ts';
import type { Random } from '../random.ts';
import type { OwnSandbox } from './own-sandbox.ts';
import type { Shop } from './shop.ts';

/** What an operator does by command. */
export interface Operator {
  refund(orderId: string): Promise<void>;
  release(orderId: string): Promise<void>;
}

export interface Context {
  readonly shop: Shop;
  readonly sandbox: OwnSandbox;
  readonly operator: Operator;
  readonly random: Random;
  readonly stopping: AbortSignal;
}

type Journey = (context: Context) => Promise<void>;

const lookEveryMs = 250;
const waitMs = 60_000;

/** Looks until something is there; undefined after a minute. */
const eventually = async <T>({ stopping }: Context, look: () => Promise<T | undefined>): Promise<T | undefined> => {
  const until = performance.now() + waitMs;
  while (performance.now() < until && !stopping.aborted) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await delay(lookEveryMs);
  }
  return undefined;
};

const buy = async ({ shop }: Context, card: string): Promise<MadeOrder | undefined> => {
  const order = await shop.order();
  return order !== undefined && (await shop.pay(order, card)).kind === 'paid' ? order : undefined;
};

const charge = z.object({ id: z.string(), amount: z.number() });
const ofIntent = z.object({ data: z.array(z.object({ id: z.string() })) });

/** The charge at Stripe that has paid an order. */
const chargeOf = async ({ shop, sandbox }: Context, order: MadeOrder) => {
  const { stripeId } = await shop.charge(order);
  const [found] = ofIntent.parse(await sandbox.get(`/v1/charges?payment_intent=${stripeId}&limit=1`)).data;
  return charge.parse(await sandbox.get(`/v1/charges/${required(found, 'charge').id}`));
};

/** As support does in Stripe's dashboard. */
const refundAtStripe = async (context: Context, order: MadeOrder, part = 1): Promise<void> => {
  const { id, amount } = await chargeOf(context, order);
  const form = part === 1 ? {} : { amount: String(Math.max(1, Math.floor(amount * part))) };
  await context.sandbox.post('/v1/refunds', { charge: id, ...form });
};

/** The bank's page says yes or no. */
const answerBank = ({ sandbox }: Context, url: string, outcome: 'complete' | 'fail') => sandbox.post(url, { outcome });

const confirmed: Journey = async (context) => {
  const { shop, random } = context;
  const order = await shop.order();
  if (order === undefined) return;
  const card = 'tok_threeDSecure2Required';
  const asked = await shop.pay(order, card);
  if (asked.kind !== 'action') return;
  const then = random.weighted<() => Promise<unknown>>([
    [
      8,
      async () => {
        await answerBank(context, asked.url, 'complete');
        if (random.chance(0.7)) await shop.pay(order, card);
      },
    ],
    [
      5,
      async () => {
        await answerBank(context, asked.url, 'fail');
        await shop.pay(order, card);
        if (random.chance(0.5)) await shop.pay(order, 'tok_visa');
      },
    ],
    [3, () => Promise.resolve()],
    [4, () => shop.pay(order, 'tok_visa')],
    [3, () => Promise.all([shop.pay(order, 'tok_visa'), answerBank(context, asked.url, 'complete')])],
    [
      4,
      async () => {
        await delay(Math.max(0, order.expiresAt - Date.now() + random.between(-1_500, 1_500)));
        await answerBank(context, asked.url, 'complete');
      },
    ],
  ]);
  await then();
};

const declined: Journey = async ({ shop, random }) => {
  const order = await shop.order();
  if (order === undefined) return;
  const declines = random.integer(1, 3);
  for (let count = 0; count < declines; count += 1) await shop.pay(order, 'tok_chargeDeclined');
  if (declines < 3) await shop.pay(order, 'tok_visa');
};

const cancelledWhilePaying: Journey = async ({ shop, random }) => {
  const order = await shop.order();
  if (order === undefined) return;
  const paying = shop.pay(order, 'tok_visa');
  await delay(random.integer(0, 400));
  await shop.cancel(order);
  await paying;
};

const paidLate: Journey = async ({ shop, random }) => {
  const order = await shop.order();
  if (order === undefined) return;
  await delay(Math.max(0, order.expiresAt - Date.now() + random.between(-1_500, 1_500)));
  await shop.pay(order, 'tok_visa');
};

const refundedAtStripe: Journey = async (context) => {
  const { random, operator } = context;
  const order = await buy(context, random.chance(0.25) ? 'tok_refundFail' : 'tok_visa');
  if (order === undefined) return;
  const parts = random.weighted([
    [5, [1]],
    [4, [random.next()]],
    [2, [0.3, 0.3]],
    [2, [0.4, 1]],
  ]);
  for (const part of parts) await refundAtStripe(context, order, part);
  if (random.chance(0.3)) await operator.refund(order.id);
};

const refundedByOperator: Journey = async (context) => {
  const { random, operator } = context;
  const order = await buy(context, random.chance(0.2) ? 'tok_refundFail' : 'tok_visa');
  if (order === undefined) return;
  const times = random.integer(1, 2);
  await Promise.all(Array.from({ length: times }, () => operator.refund(order.id)));
};

const dispute = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) });

const disputed: Journey = async (context) => {
  const { sandbox, random, operator } = context;
  const order = await buy(context, 'tok_createDispute');
  if (order === undefined) return;
  const opened = await eventually(context, async () => {
    const { id } = await chargeOf(context, order);
    return dispute.parse(await sandbox.get(`/v1/disputes?charge=${id}`)).data[0];
  });
  if (opened === undefined) return;
  // It waits for the end of the dispute.
  if (random.chance(0.3)) await operator.refund(order.id);
  const path = `/v1/disputes/${opened.id}`;
  const end = random.weighted<() => Promise<unknown>>([
    [4, () => sandbox.post(path, { 'evidence[uncategorized_text]': 'winning_evidence' })],
    [4, () => sandbox.post(path, { 'evidence[uncategorized_text]': 'losing_evidence' })],
    [2, () => sandbox.post(`${path}/close`, {})],
  ]);
  await delay(random.integer(0, 4_000));
  await end();
};

/** The seller has the money already. */
const undoneAfterTransfer: Journey = async (context) => {
  const { shop, operator, random } = context;
  const order = await buy(context, 'tok_visa');
  if (order === undefined) return;
  const paidOut = await eventually(context, () => shop.paidOut(order));
  if (paidOut === undefined) return;
  await random.weighted<() => Promise<unknown>>([
    [3, () => operator.refund(order.id)],
    [3, () => refundAtStripe(context, order)],
    [3, () => refundAtStripe(context, order, 0.5)],
  ])();
};

const problem: Journey = async (context) => {
  const { shop, operator, random } = context;
  const order = await buy(context, 'tok_visa');
  if (order === undefined) return;
  if (!(await shop.reportProblem(order))) return;
  await delay(random.integer(0, 3_000));
  await random.weighted<() => Promise<unknown>>([
    [5, () => operator.release(order.id)],
    [5, () => operator.refund(order.id)],
  ])();
};

export const journeys: readonly (readonly [
  weight: number,
  journey: { readonly name: string; readonly run: Journey },
])[] = [
  [
    22,
    {
      name: 'buy',
      run: async (context) => void (await buy(context, context.random.pick(['tok_visa', 'tok_mastercard']))),
    },
  ],
  [10, { name: 'declined', run: declined }],
  [4, { name: 'stolen', run: async (context) => void (await buy(context, 'pm_card_visa_chargeDeclinedStolenCard')) }],
  [16, { name: 'confirmation', run: confirmed }],
  [8, { name: 'cancelled while paying', run: cancelledWhilePaying }],
  [4, { name: 'paid late', run: paidLate }],
  [12, { name: 'refunded at Stripe', run: refundedAtStripe }],
  [7, { name: 'refunded by the operator', run: refundedByOperator }],
  [8, { name: 'disputed', run: disputed }],
  [6, { name: 'undone after the transfer', run: undoneAfterTransfer }],
  [4, { name: 'problem', run: problem }],
];
