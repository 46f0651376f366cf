import { z } from 'zod';
import { httpClient, type Ask } from './http.ts';
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

export type Charge = z.infer<typeof charge>;
export type Refund = z.infer<typeof refund>;

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
