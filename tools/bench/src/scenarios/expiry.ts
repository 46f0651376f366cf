import { setTimeout as delay } from 'node:timers/promises';
import type { HttpClient } from '@ticketing/test/http-client';
import { percentile } from '@ticketing/test/percentile';
import { atMost } from '../figure.ts';
import { listTickets, untilOrderable } from '../list-tickets.ts';
import type { Scenario } from '../scenario.ts';
import { cyclic, textOf } from '../users.ts';

/** Measures how many seconds after their deadlines `count` simultaneous holds were on sale again. */
const expireHolds = async (
  client: HttpClient,
  seller: string,
  buyers: readonly string[],
  count: number,
): Promise<{ readonly p50: number; readonly p95: number; readonly max: number }> => {
  const ids = await listTickets(client, seller, count);
  await untilOrderable(client, seller, ids);
  const orders = await Promise.all(
    ids.map((ticketId, index) =>
      client.send({
        method: 'POST',
        path: '/api/orders',
        cookie: cyclic(buyers, index),
        body: { ticketId },
      }),
    ),
  );
  const deadlines = new Map(orders.map((order, index) => [cyclic(ids, index), Date.parse(textOf(order, 'expiresAt'))]));
  const late: number[] = [];
  await delay(Math.min(...deadlines.values()) - Date.now());
  const end = performance.now() + 60_000;
  while (deadlines.size > 0 && performance.now() < end) {
    await Promise.all(
      [...deadlines].map(async ([ticketId, deadline]) => {
        const ticket = await client.send({ method: 'GET', path: `/api/tickets/${ticketId}` });
        if (typeof ticket.body !== 'object' || ticket.body === null || 'orderId' in ticket.body) return;
        late.push((Date.now() - deadline) / 1000);
        deadlines.delete(ticketId);
      }),
    );
    await delay(20);
  }
  if (deadlines.size > 0) throw new Error(`${deadlines.size} holds did not end`);
  return { p50: percentile(late, 0.5), p95: percentile(late, 0.95), max: Math.max(...late) };
};

export const expiry: Scenario = {
  name: 'expiry',
  run: async (bench) => {
    const { client, seller, buyers } = await bench.freshProduct({ EXPIRATION_WINDOW_SECONDS: '5' });
    const times = await expireHolds(client, seller, buyers, 200);
    return {
      figures: [atMost('200 holds at once on sale again after their deadline, p95', times.p95, 2, 's')],
      details: times,
    };
  },
};
