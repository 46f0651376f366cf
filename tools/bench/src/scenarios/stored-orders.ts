import { MongoClient } from 'mongodb';
import type { HttpClient } from '@ticketing/test/http-client';
import { atLeast } from '../figure.ts';
import { inParallel } from '../in-parallel.ts';
import { listTickets, untilOrderable } from '../list-tickets.ts';
import type { Scenario } from '../scenario.ts';
import { cyclic } from '../users.ts';
import { idOf } from './catalogue.ts';

/** Inserts complete orders directly into the database of orders, up to a total of `total`. */
const storeOrders = async (ordersMongoUrl: string, total: number): Promise<void> => {
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
const orderRate = async (
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

export const stored: Scenario = {
  name: 'stored',
  run: async (bench) => {
    const { client, seller, buyers, mongoUrl } = await bench.product();
    const warmRate = async (total: number): Promise<number> => {
      await storeOrders(mongoUrl('orders'), total);
      await orderRate(client, seller, buyers, 1_000 * bench.scale);
      return orderRate(client, seller, buyers, 1_000 * bench.scale);
    };
    const few = await warmRate(1_000);
    const many = await warmRate(100_000 * bench.scale);
    return {
      figures: [atLeast('orders per second with 100 000 stored, of that with 1 000', many / few, 0.9, '×')],
      details: { few, many },
    };
  },
};
