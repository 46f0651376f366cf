import type { HttpClient } from '@ticketing/test/http-client';
import { setTimeout as delay } from 'node:timers/promises';
import { inParallel } from './in-parallel.ts';
import { cyclic, textOf } from './users.ts';

/** Lists `count` tickets and returns their ids. */
export const listTickets = async (client: HttpClient, seller: string, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 50) {
    const responses = await Promise.all(
      Array.from({ length: Math.min(50, count - index) }, (_, offset) =>
        client.send({
          method: 'POST',
          path: '/api/tickets',
          cookie: seller,
          body: { title: `Sale ${index + offset}`, price: 30 },
        }),
      ),
    );
    ids.push(...responses.map((response) => textOf(response, 'id')));
  }
  return ids;
};

/** Waits until orders has copies of these tickets: a seller's own ticket is refused with 400, an unknown one with 404. */
export const untilOrderable = async (client: HttpClient, seller: string, ids: readonly string[]): Promise<void> => {
  await inParallel(ids.length, 8, async (index) => {
    const ticketId = ids[index];
    const end = performance.now() + 30_000;
    while (
      (await client.send({ method: 'POST', path: '/api/orders', cookie: seller, body: { ticketId } })).status === 404
    ) {
      if (performance.now() > end) throw new Error(`ticket ${ticketId} did not become orderable`);
      await delay(20);
    }
  });
};

/** Orders each of these tickets, and returns the seconds that this took with the orders and their buyers. */
export const orderTickets = async (
  client: HttpClient,
  buyers: readonly string[],
  ticketIds: readonly string[],
  concurrency: number,
) => {
  const orders: { readonly id: string; readonly buyer: string }[] = [];
  const seconds = await inParallel(ticketIds.length, concurrency, async (index) => {
    const buyer = cyclic(buyers, index);
    const body = { ticketId: ticketIds[index] };
    const response = await client.send({ method: 'POST', path: '/api/orders', cookie: buyer, body });
    if (response.status !== 201) throw new Error(`order: ${response.status} ${JSON.stringify(response.body)}`);
    orders.push({ id: textOf(response, 'id'), buyer });
  });
  return { seconds, orders };
};

/** Ends unpaid orders, which would otherwise all expire during a later scenario. */
export const cancelOrders = async (
  client: HttpClient,
  orders: readonly { readonly id: string; readonly buyer: string }[],
): Promise<void> => {
  await inParallel(orders.length, 16, async (index) => {
    const { id, buyer } = cyclic(orders, index);
    const { status } = await client.send({ method: 'DELETE', path: `/api/orders/${id}`, cookie: buyer });
    if (status !== 204) throw new Error(`cancellation: ${status}`);
  });
};
