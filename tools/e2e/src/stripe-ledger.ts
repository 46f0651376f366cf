import { expect } from '@jest/globals';
import { openHttpClient, type Send } from '@ticketing/test/http-client';
import type { ProductProcess } from '@ticketing/test/start-product';
import { z } from 'zod';
import { pay, type User } from './user.ts';

const metadata = z.object({ orderId: z.string() });
const charge = z.object({
  id: z.string(),
  amount: z.int(),
  paid: z.boolean(),
  amount_refunded: z.int(),
  metadata,
});
/** One that was made in the dashboard names no order. */
const refund = z.object({ id: z.string(), amount: z.int(), created: z.int(), metadata: metadata.partial() });
const transfer = z.object({ id: z.string(), amount: z.int() });
const page = z.object({
  object: z.literal('list'),
  has_more: z.boolean(),
  data: z.array(z.looseObject({ id: z.string() })),
});

type Charge = z.infer<typeof charge>;
type Refund = z.infer<typeof refund>;
type Transfer = z.infer<typeof transfer>;

/** What the local Stripe sandbox has charged, refunded and transferred. */
export interface StripeLedger {
  /** Successful charges; declined ones are left out. */
  readonly charges: () => Promise<Charge[]>;
  readonly refunds: () => Promise<Refund[]>;
  readonly transfers: () => Promise<Transfer[]>;
  /** Refunds a part of an order's charge, as support does in the dashboard. */
  readonly refundPart: (orderId: string, amount: number) => Promise<void>;
  /** Switches faults of the sandbox on and off. */
  readonly behave: (behaviour: { readonly delayMs?: number; readonly failNext?: string | null }) => Promise<void>;
}

const all = async (send: Send, path: string): Promise<unknown[]> => {
  const found: { readonly id: string }[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? '' : `&starting_after=${encodeURIComponent(last.id)}`;
    const response = await send({ method: 'GET', path: `${path}?limit=100${after}` });
    const { data, has_more: hasMore } = page.parse(response.body);
    found.push(...data);
    if (!hasMore) return found;
  }
};

export const openStripeLedger = (processes: readonly ProductProcess[]): StripeLedger => {
  const sandbox = processes.find(({ name }) => name === 'stripe-sandbox');
  if (sandbox === undefined) throw new Error('the Stripe sandbox is not running');
  const url = new URL(sandbox.url);
  const credentials = Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  const headers: Record<string, string> =
    url.username === '' ? {} : { authorization: `Basic ${credentials.toString('base64')}` };
  const { send } = openHttpClient(url.origin, { headers });
  const charges = async () =>
    z
      .array(charge)
      .parse(await all(send, '/v1/charges'))
      .filter(({ paid }) => paid);
  return {
    charges,
    refunds: async () => z.array(refund).parse(await all(send, '/v1/refunds')),
    transfers: async () => z.array(transfer).parse(await all(send, '/v1/transfers')),
    refundPart: async (orderId, amount) => {
      const paid = (await charges()).find((each) => each.metadata.orderId === orderId);
      const body = new URLSearchParams({ charge: paid?.id ?? '', amount: String(amount) });
      const { status } = await fetch(new URL('/v1/refunds', url.origin), { method: 'POST', headers, body });
      if (status !== 200) throw new Error(`the sandbox returned ${status}`);
    },
    behave: async (behaviour) => {
      const response = await send({ method: 'POST', path: '/sandbox/behaviour', body: behaviour });
      if (response.status !== 200) throw new Error(`the sandbox returned ${response.status}`);
    },
  };
};

/**
 * Pays so slowly that the order is cancelled while the charge is in progress. A card is declined first: after that the
 * PaymentIntent exists, and the payment is a single slow call that charges the card.
 */
export const payTooLate = async (ledger: StripeLedger, buyer: User, orderId: string): Promise<void> => {
  expect(await pay(buyer, orderId, 'tok_chargeDeclined')).toMatchObject({ status: 400 });
  await ledger.behave({ delayMs: 1_500 });
  try {
    const payments = [pay(buyer, orderId), pay(buyer, orderId)];
    expect(await Promise.race(payments)).toMatchObject({
      status: 409,
      body: { errors: [{ message: 'Another payment of this order is under way' }] },
    });
    expect(await buyer.send({ method: 'DELETE', path: `/api/orders/${orderId}` })).toMatchObject({ status: 204 });
    expect(new Set((await Promise.all(payments)).map(({ status }) => status))).toEqual(new Set([400, 409]));
  } finally {
    await ledger.behave({ delayMs: 0 });
  }
};
