import { textLimits, titleLimit } from '@ticketing/common/events';
import { openHttpClient, type HttpRequest } from '@ticketing/test/http-client';
import { setPriority } from 'node:os';
import process from 'node:process';
import { z } from 'zod';
import { cyclic, signUp } from '../users.ts';

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

type Send = (route: string, request: HttpRequest) => Promise<unknown>;
type Action = (send: Send, ticketIds: readonly string[]) => Promise<void>;

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

/** What it has listed; the oldest is forgotten. */
const maxListed = 500;
const listed: string[] = [];

const list: Action = async (send) => {
  const body = { ...longestListing, price: 9_999.99 };
  const id = idOf(await send('POST /api/tickets', { method: 'POST', path: '/api/tickets', body }));
  if (id === undefined) return;
  listed.push(id);
  if (listed.length > maxListed) listed.shift();
};

const edit: Action = async (send) => {
  // Another price each time: an edit without effect costs less.
  const body = { ...longestListing, price: 1 + Math.floor(Math.random() * 100_000) / 100 };
  await send('PUT /api/tickets/:id', { method: 'PUT', path: `/api/tickets/${pick(listed)}`, body });
};

const orderAndCancel: Action = async (send, ticketIds) => {
  const body = { ticketId: pick(ticketIds) };
  const id = idOf(await send('POST /api/orders', { method: 'POST', path: '/api/orders', body }));
  if (id !== undefined) await send('DELETE /api/orders/:id', { method: 'DELETE', path: `/api/orders/${id}` });
};

const search: Action = async (send) => {
  // Another page each time, so that none comes from the cache.
  const query = new URLSearchParams({
    q: `${pick(words)} ${pick(words)}`,
    minPrice: String(Math.floor(Math.random() * 10_000) / 100),
    sort: 'price',
    limit: '100',
  });
  await send('GET /api/tickets?q=', { method: 'GET', path: `/api/tickets?${query.toString()}` });
};

const readOrders: Action = async (send) => {
  await send('GET /api/orders', { method: 'GET', path: '/api/orders?limit=100' });
};

/** Each connection does one of these without a pause. */
const actions: readonly Action[] = [list, edit, orderAndCancel, search, readOrders];

/** Number of responses by route and status; status 0 for none. */
const counts = new Map<string, Map<number, number>>();

const count = (route: string, status: number): void => {
  const ofRoute = counts.get(route) ?? new Map<number, number>();
  ofRoute.set(status, (ofRoute.get(status) ?? 0) + 1);
  counts.set(route, ofRoute);
};

const { url, address, connections, ticketIds } = Arguments.parse(JSON.parse(process.argv[2] ?? ''));
setPriority(leastPriority);
const client = openHttpClient(url, { connections, headers: { 'x-forwarded-for': address } });
const cookie = await signUp(client, 'hostile@bench.example');

/** Returns the body of a response that is a success. */
const send: Send = async (route, request) => {
  try {
    const { status, body } = await client.send({ ...request, cookie });
    count(route, status);
    return status < 300 ? body : undefined;
  } catch {
    count(route, 0);
    return undefined;
  }
};

/** While it is paused, what the connections wait for. */
let paused: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
let isOver = false;

const work = async (action: Action): Promise<void> => {
  for (;;) {
    await paused?.promise;
    if (isOver) return;
    await action(send, ticketIds);
  }
};

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  const last = paused;
  isOver = message === 'stop';
  paused = message === 'pause' ? Promise.withResolvers<void>() : undefined;
  last?.resolve();
});
const { body } = await client.send({ method: 'GET', path: '/api/users/currentuser', cookie });
process.send?.(z.object({ currentUser: idIn }).parse(body).currentUser);
await Promise.all(Array.from({ length: connections }, (_, index) => work(cyclic(actions, index))));
await client.close();
process.send?.([...counts].map(([route, statuses]) => ({ route, statuses: Object.fromEntries(statuses) })));
process.disconnect();
