import { MongoClient } from 'mongodb';
import { atLeast } from '../figure.ts';
import { cancelOrders, listTickets, orderTickets, untilOrderable } from '../list-tickets.ts';
import type { MeasuredProduct, Scenario } from '../scenario.ts';
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

/** Orders per second, each for another ticket. */
const orderRate = async (
  { client, seller, buyers }: Pick<MeasuredProduct, 'client' | 'seller' | 'buyers'>,
  count: number,
): Promise<number> => {
  const ids = await listTickets(client, seller, count);
  await untilOrderable(client, seller, ids);
  const { seconds, orders } = await orderTickets(client, buyers, ids, 32);
  await cancelOrders(client, orders);
  return count / seconds;
};

export const stored: Scenario = {
  name: 'stored',
  run: async (bench) => {
    const product = await bench.product();
    const warmRate = async (total: number): Promise<number> => {
      await storeOrders(product.mongoUrl('orders'), total);
      await orderRate(product, 1_000 * bench.scale);
      return orderRate(product, 1_000 * bench.scale);
    };
    const few = await warmRate(1_000);
    const many = await warmRate(100_000 * bench.scale);
    return {
      figures: [atLeast('orders per second with 100 000 stored, of that with 1 000', many / few, 0.9, '×')],
      details: { few, many },
    };
  },
};
