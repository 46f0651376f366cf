import { once } from 'node:events';
import { createServer } from 'node:http';

export interface Charge {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
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

export interface Intent {
  readonly id: string;
  readonly status: string;
  readonly created: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Dispute {
  readonly id: string;
  readonly payment_intent: string;
  readonly created: number;
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
  readonly intents: Intent[];
  readonly disputes: Dispute[];
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
  const intents: Intent[] = [];
  const disputes: Dispute[] = [];
  const transactions: Transaction[] = [];
  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost');
    const intent = searchParams.get('payment_intent');
    const wanted = charges.filter((charge) => intent === null || charge.payment_intent === intent);
    const lists: Readonly<Record<string, readonly { readonly id: string; readonly created: number }[]>> = {
      '/v1/charges': wanted,
      '/v1/refunds': refunds,
      '/v1/payment_intents': intents,
      '/v1/disputes': disputes,
      '/v1/balance_transactions': transactions,
    };
    const isIntent = pathname.startsWith('/v1/payment_intents/');
    const found = intents.find(({ id }) => pathname.endsWith(`/${id}`));
    if (isIntent && found === undefined) res.statusCode = 404;
    const body = isIntent
      ? (found ?? { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such intent' } })
      : list(lists[pathname] ?? [], searchParams);
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
    intents,
    disputes,
    transactions,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
