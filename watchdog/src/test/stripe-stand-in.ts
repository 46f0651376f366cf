import { once } from 'node:events';
import { createServer } from 'node:http';

export interface Charge {
  readonly id: string;
  readonly amount: number;
  readonly amount_refunded: number;
  readonly paid: boolean;
  readonly created: number;
  readonly payment_intent: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Refund {
  readonly id: string;
  readonly charge: string;
  readonly amount: number;
  readonly status: string;
  readonly created: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A movement of the balance. */
export interface Transaction {
  readonly id: string;
  readonly type: string;
  readonly amount: number;
  readonly created: number;
  readonly source: string;
}

/** A server with lists as at Stripe, paged as there, that a test fills. */
export interface StripeStandIn {
  readonly url: string;
  /** Newest first. */
  readonly charges: Charge[];
  readonly refunds: Refund[];
  readonly transactions: Transaction[];
  close(): Promise<void>;
}

const list = <Item extends { readonly id: string; readonly created: number }>(
  items: readonly Item[],
  query: URLSearchParams,
) => {
  const since = Number(query.get('created[gte]') ?? 0);
  const until = Number(query.get('created[lt]') ?? Infinity);
  const wanted = items.filter(({ created }) => created >= since && created < until);
  const after = wanted.findIndex(({ id }) => id === query.get('starting_after'));
  const limit = Number(query.get('limit') ?? 10);
  const data = wanted.slice(after + 1, after + 1 + limit);
  return { object: 'list', data, has_more: after + 1 + limit < wanted.length };
};

export const openStripeStandIn = async (): Promise<StripeStandIn> => {
  const charges: Charge[] = [];
  const refunds: Refund[] = [];
  const transactions: Transaction[] = [];
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost');
    const intent = searchParams.get('payment_intent');
    const wanted = charges.filter((charge) => intent === null || charge.payment_intent === intent);
    const lists: Readonly<Record<string, readonly { readonly id: string; readonly created: number }[]>> = {
      '/v1/charges': wanted,
      '/v1/refunds': refunds,
      '/v1/balance_transactions': transactions,
    };
    const body = list(lists[pathname] ?? [], searchParams);
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    charges,
    refunds,
    transactions,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
