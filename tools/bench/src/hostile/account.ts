import { textLimits, titleLimit } from '@ticketing/common/events';
import { openHttpClient, type HttpClient, type HttpRequest } from '@ticketing/test/http-client';
import { setPriority } from 'node:os';
import process from 'node:process';
import { z } from 'zod';
import { signUp } from '../users.ts';

// One account that sends as much as its connections carry, in a process of its own, so that it delays nothing in the
// process that measures. Its machine would be another one: it takes only what processor time the product leaves.

const Arguments = z.object({
  url: z.url(),
  address: z.ipv4(),
  connections: z.int().positive(),
  /** Tickets of another seller, which it orders. */
  ticketIds: z.array(z.string()).min(1),
});

const leastPriority = 19;

/** Three bytes each in JSON: the most that an event carries. */
const longest = (limit: number): string => '票'.repeat(limit);
const longestListing = {
  title: longest(titleLimit),
  category: 'concerts',
  startsAt: '2099-05-01T20:00:00.000Z',
  ...Object.fromEntries(Object.entries(textLimits).map(([name, limit]) => [name, longest(limit)])),
};

const idIn = z.object({ id: z.string() });
const idOf = (body: unknown): string | undefined => idIn.safeParse(body).data?.id;

const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)];
const words = ['row', 'final', 'concert', 'vienna', 'hall', 'night', 'zürich', 'opera', 'derby', 'festival'];

/** What it has listed and ordered; the oldest is forgotten. */
const maxKnown = 500;
const listed: string[] = [];
const ordered: string[] = [];
const remember = (known: string[], id: string | undefined): void => {
  if (id === undefined) return;
  known.push(id);
  if (known.length > maxKnown) known.shift();
};

interface Action {
  readonly request: () => HttpRequest | undefined;
  readonly onSuccess?: (body: unknown) => void;
}

const actionsOn = (ticketIds: readonly string[]): Readonly<Record<string, Action>> => ({
  'POST /api/tickets': {
    request: () => ({ method: 'POST', path: '/api/tickets', body: { ...longestListing, price: 9_999.99 } }),
    onSuccess: (body) => remember(listed, idOf(body)),
  },
  'PUT /api/tickets/:id': {
    request: () => {
      const id = pick(listed);
      // Another price each time: an edit without effect costs less.
      const body = { ...longestListing, price: 1 + Math.floor(Math.random() * 100_000) / 100 };
      return id === undefined ? undefined : { method: 'PUT', path: `/api/tickets/${id}`, body };
    },
  },
  'POST /api/orders': {
    request: () => ({ method: 'POST', path: '/api/orders', body: { ticketId: pick(ticketIds) } }),
    onSuccess: (body) => remember(ordered, idOf(body)),
  },
  'DELETE /api/orders/:id': {
    request: () => {
      const id = ordered.shift();
      return id === undefined ? undefined : { method: 'DELETE', path: `/api/orders/${id}` };
    },
  },
  'GET /api/tickets?q=': {
    request: () => {
      // Another page each time, so that none comes from the cache.
      const query = new URLSearchParams({
        q: `${pick(words)} ${pick(words)}`,
        minPrice: String(Math.floor(Math.random() * 50)),
        sort: 'price',
        limit: '100',
      });
      return { method: 'GET', path: `/api/tickets?${query.toString()}` };
    },
  },
  'GET /api/orders': { request: () => ({ method: 'GET', path: '/api/orders?limit=100' }) },
});

/** Number of responses by route and status; status 0 for none. */
const counts = new Map<string, Map<number, number>>();

const count = (route: string, status: number): void => {
  const ofRoute = counts.get(route) ?? new Map<number, number>();
  ofRoute.set(status, (ofRoute.get(status) ?? 0) + 1);
  counts.set(route, ofRoute);
};

const attack = async (
  client: HttpClient,
  cookie: string,
  actions: Readonly<Record<string, Action>>,
  isOver: () => boolean,
): Promise<void> => {
  const all = Object.entries(actions);
  while (!isOver()) {
    const [route, action] = pick(all) ?? [];
    const request = action?.request();
    if (route === undefined || action === undefined || request === undefined) continue;
    try {
      const response = await client.send({ ...request, cookie });
      count(route, response.status);
      if (response.status < 300) action.onSuccess?.(response.body);
    } catch {
      count(route, 0);
    }
  }
};

const { url, address, connections, ticketIds } = Arguments.parse(JSON.parse(process.argv[2] ?? ''));
setPriority(leastPriority);
const client = openHttpClient(url, { connections, headers: { 'x-forwarded-for': address } });
const cookie = await signUp(client, 'hostile@bench.example');
let isOver = false;
process.on('disconnect', () => {
  isOver = true;
});
process.once('message', () => {
  isOver = true;
});
const { body } = await client.send({ method: 'GET', path: '/api/users/currentuser', cookie });
process.send?.(z.object({ currentUser: idIn }).parse(body).currentUser);
const actions = actionsOn(ticketIds);
await Promise.all(Array.from({ length: connections }, () => attack(client, cookie, actions, () => isOver)));
await client.close();
process.send?.([...counts].map(([route, statuses]) => ({ route, statuses: Object.fromEntries(statuses) })));
process.disconnect();
