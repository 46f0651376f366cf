import type { HttpClient } from '@ticketing/test/http-client';
import { setTimeout as delay } from 'node:timers/promises';
import { textOf } from './users.ts';

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
  for (const ticketId of ids) {
    const end = performance.now() + 30_000;
    while (
      (await client.send({ method: 'POST', path: '/api/orders', cookie: seller, body: { ticketId } })).status === 404
    ) {
      if (performance.now() > end) throw new Error(`ticket ${ticketId} did not become orderable`);
      await delay(20);
    }
  }
};
