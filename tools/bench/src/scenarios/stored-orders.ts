import { MongoClient } from 'mongodb';
import type { HttpClient } from '@ticketing/test/http-client';
import { inParallel } from '../in-parallel.ts';
import { cyclic } from '../users.ts';
import { idOf } from './catalogue.ts';
import { listTickets, untilOrderable } from './flash-sale.ts';

/** Inserts complete orders directly into the database of orders, up to a total of `total`. */
export const storeOrders = async (ordersMongoUrl: string, total: number): Promise<void> => {
  const client = await new MongoClient(ordersMongoUrl).connect();
  const orders = client.db().collection<{ _id: string }>('orders');
  const present = await orders.countDocuments();
  for (let start = present; start < total; start += 2_000) {
    await orders.insertMany(
      Array.from({ length: Math.min(2_000, total - start) }, (_, offset) => {
        const index = start + offset;
        const ticket = { id: idOf('cccc', index), title: `Event ${index}`, price: 2_000, version: 2, revision: 0 };
        return {
          _id: idOf('dddd', index),
          version: 2,
          outbox: [],
          userId: idOf('eeee', index % 5_000),
          status: 'complete',
          keepsTicket: true,
          expiresAt: new Date(Date.now() - 86_400_000),
          price: 2_000,
          ticket,
          createdAt: new Date(Date.now() - 86_400_000 + index),
        };
      }),
    );
  }
  await client.close();
};

/** Measures orders per second, each for another ticket. */
export const orderRate = async (
  client: HttpClient,
  seller: string,
  buyers: readonly string[],
  count: number,
): Promise<number> => {
  const ids = await listTickets(client, seller, count);
  await untilOrderable(client, seller, ids);
  const seconds = await inParallel(count, 32, async (index) => {
    const { status } = await client.send({
      method: 'POST',
      path: '/api/orders',
      cookie: cyclic(buyers, index),
      body: { ticketId: ids[index] },
    });
    if (status !== 201) throw new Error(`order: ${status}`);
  });
  return count / seconds;
};
