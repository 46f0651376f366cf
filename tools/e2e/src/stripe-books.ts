import { expect } from '@jest/globals';
import { z } from 'zod';
import { httpClient, type Ask } from './http.ts';
import { pay, type Person } from './person.ts';
import type { ProductProcess } from './product.ts';

const metadata = z.object({ orderId: z.string() });
const charge = z.object({
  id: z.string(),
  amount: z.int(),
  paid: z.boolean(),
  amount_refunded: z.int(),
  metadata,
});
const refund = z.object({ id: z.string(), amount: z.int(), metadata });
const page = z.object({
  object: z.literal('list'),
  has_more: z.boolean(),
  data: z.array(z.looseObject({ id: z.string() })),
});

type Charge = z.infer<typeof charge>;
type Refund = z.infer<typeof refund>;

/** What the local Stripe sandbox has really charged and given back. */
export interface StripeBooks {
  /** Charges that took money; declined ones are left out. */
  readonly charges: () => Promise<Charge[]>;
  readonly refunds: () => Promise<Refund[]>;
  /** How the sandbox misbehaves from now on. */
  readonly behave: (behaviour: { readonly delayMs?: number; readonly failNext?: string | null }) => Promise<void>;
}

const all = async (ask: Ask, path: string): Promise<unknown[]> => {
  const found: { readonly id: string }[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last === undefined ? '' : `&starting_after=${encodeURIComponent(last.id)}`;
    const answer = await ask({ method: 'GET', path: `${path}?limit=100${after}` });
    const { data, has_more: hasMore } = page.parse(answer.body);
    found.push(...data);
    if (!hasMore) return found;
  }
};

export const openStripeBooks = (processes: readonly ProductProcess[]): StripeBooks => {
  const sandbox = processes.find(({ name }) => name === 'stripe-sandbox');
  if (sandbox === undefined) throw new Error('the Stripe sandbox is not running');
  const url = new URL(sandbox.url);
  const credentials = Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  const ask = httpClient(
    url.origin,
    url.username === '' ? {} : { Authorization: `Basic ${credentials.toString('base64')}` },
  );
  return {
    charges: async () =>
      z
        .array(charge)
        .parse(await all(ask, '/v1/charges'))
        .filter(({ paid }) => paid),
    refunds: async () => z.array(refund).parse(await all(ask, '/v1/refunds')),
    behave: async (behaviour) => {
      const answer = await ask({ method: 'POST', path: '/sandbox/behaviour', body: behaviour });
      if (answer.status !== 200) throw new Error(`the sandbox answered ${answer.status}`);
    },
  };
};

/**
 * Pays so slowly that the order is cancelled while the money is on its way. A card is
 * declined first: after that the PaymentIntent exists, and the payment is one slow call that takes the money.
 */
export const payTooLate = async (books: StripeBooks, buyer: Person, orderId: string): Promise<void> => {
  expect(await pay(buyer, orderId, 'tok_chargeDeclined')).toMatchObject({ status: 400 });
  await books.behave({ delayMs: 1_500 });
  try {
    const payments = [pay(buyer, orderId), pay(buyer, orderId)];
    expect(await Promise.race(payments)).toMatchObject({
      status: 409,
      body: { errors: [{ message: 'Another payment of this order is under way' }] },
    });
    expect(await buyer.ask({ method: 'DELETE', path: `/api/orders/${orderId}` })).toMatchObject({ status: 204 });
    expect(new Set((await Promise.all(payments)).map(({ status }) => status))).toEqual(new Set([400, 409]));
  } finally {
    await books.behave({ delayMs: 0 });
  }
};
