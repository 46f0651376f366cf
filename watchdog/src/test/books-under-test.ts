import { createJetStreamTransport, durableName, type InboundMessage } from '@ticketing/common/messaging';
import { ticketCreated } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { createLogger } from '@ticketing/common/service';
import { openTestSystem, type TestSystem } from '@ticketing/common/testing';
import { MongoClient, type Collection } from 'mongodb';
import { openBooks, type Addresses, type Books } from '../books/open-books.ts';
import { services, type ServiceName } from '../books/records.ts';
import { openStripeStandIn, type StripeStandIn } from './stripe-stand-in.ts';

export interface Row {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** A ticket and its order in every book that tells of them. */
export interface Deal {
  readonly ticketId: string;
  readonly orderId: string;
  readonly chargeId: string;
  readonly intentId: string;
}

/** Five databases, a stream and a Stripe of a test's own. */
export interface BooksUnderTest {
  readonly system: TestSystem;
  readonly addresses: Addresses;
  readonly books: Books;
  readonly stripe: StripeStandIn;
  /** By service and name: `orders.orders`, `orders.tickets`, … */
  rows(service: ServiceName, name: string): Collection<Row>;
  /** Empties everything and writes deals in each state that is right. */
  consistent(): Promise<{
    readonly onSale: string;
    readonly created: Deal;
    readonly held: Deal;
    readonly sold: Deal;
    readonly cancelled: Deal;
    readonly refunded: Deal;
  }>;
  /** Leaves an event on the bus that a consumer of this service has not been given. */
  undelivered(): Promise<string>;
  close(): Promise<void>;
}

const price = 1999;
const collections: readonly (readonly [ServiceName, string])[] = [
  ['auth', 'users'],
  ['tickets', 'tickets'],
  ['orders', 'orders'],
  ['orders', 'tickets'],
  ['payments', 'payments'],
  ['expiration', 'timers'],
  ...services.map((service) => [service, 'dead-letters'] as const),
];

const versions: Readonly<Record<string, number>> = { created: 0, 'awaiting:payment': 1, complete: 2, cancelled: 2 };

export const openBooksUnderTest = async (): Promise<BooksUnderTest> => {
  const system = await openTestSystem();
  const stripe = await openStripeStandIn();
  const mongoUrl = new URL(system.env['MONGO_URL'] ?? '');
  const urlOf = (service: ServiceName): string => {
    const url = new URL(mongoUrl);
    url.pathname = `/${system.name}-${service}`;
    return url.href;
  };
  const addresses: Addresses = {
    mongoUrls: {
      auth: urlOf('auth'),
      tickets: urlOf('tickets'),
      orders: urlOf('orders'),
      expiration: urlOf('expiration'),
      payments: urlOf('payments'),
    },
    natsUrl: system.env['NATS_URL'] ?? '',
    bus: 'jetstream',
    stripe: { host: stripe.url, key: undefined },
    namespace: system.name,
  };
  const client = await new MongoClient(mongoUrl.href, { writeConcern: { w: 'majority' } }).connect();
  const rows = (service: ServiceName, name: string) => client.db(`${system.name}-${service}`).collection<Row>(name);
  const books = openBooks(addresses);

  const transport = createJetStreamTransport({
    url: addresses.natsUrl,
    clientName: 'consumer',
    logger: createLogger({ service: 'test', level: 'silent' }),
    namespace: system.name,
  });
  const stalled: { durable: string | undefined } = { durable: undefined };
  const subscribe = (handle: (message: InboundMessage) => void) =>
    transport.subscribe({
      durable: durableName('orders', ticketCreated.type),
      subject: ticketCreated.type,
      maxBatch: 1,
      concurrency: 1,
      onMessages: async (messages) => messages.forEach(handle),
    });

  /** The consumer that stood still takes everything. */
  const deliver = async (): Promise<void> => {
    if (stalled.durable === undefined) return;
    stalled.durable = undefined;
    const subscription = await subscribe((message) => message.ack());
    await system.eventually(async () => {
      const backlog = (await books.bus.read()) ?? [];
      if (backlog.some(({ pending, unacknowledged }) => pending + unacknowledged > 0)) throw new Error('not delivered');
    });
    await subscription.stop();
  };

  /** Inserts one ticket with its order as they are in this state, and everything that follows from it. */
  const deal = async (status: string, money: 'none' | 'kept' | 'returned'): Promise<Deal> => {
    const [ticketId, orderId] = [newId(), newId()];
    const [chargeId, intentId] = [`ch_${orderId}`, `pi_${orderId}`];
    const now = new Date();
    const expiresAt = new Date(now.getTime() + 900_000);
    const version = versions[status] ?? 0;
    const isUnpaid = status === 'created' || status === 'awaiting:payment';
    const holder = status === 'awaiting:payment' || status === 'complete' ? { orderId } : {};
    const sold = status === 'complete' ? { soldAt: now } : {};
    const ticketVersion = status === 'complete' ? 2 : 1;
    await rows('tickets', 'tickets').insertOne({
      _id: ticketId,
      version: ticketVersion,
      price,
      availability: status === 'complete' ? 'sold' : status === 'awaiting:payment' ? 'held' : 'on_sale',
      closedOrders: status === 'cancelled' ? [{ id: orderId, at: now }] : [],
      outbox: [],
      ...holder,
      ...sold,
    });
    await rows('orders', 'tickets').insertOne({
      _id: ticketId,
      ticket: { id: ticketId, version: ticketVersion, price, ...holder },
    });
    await rows('orders', 'orders').insertOne({
      _id: orderId,
      version,
      status,
      ...(status === 'cancelled' ? { reason: 'by_buyer' } : {}),
      price,
      ticket: { id: ticketId, price },
      expiresAt,
      createdAt: now,
      outbox: [],
    });
    await rows('expiration', 'timers').insertOne({
      _id: orderId,
      armed: isUnpaid,
      deadline: expiresAt,
      nextRingAt: expiresAt,
      outbox: [],
    });
    const charge =
      money === 'none'
        ? {}
        : { status: money === 'kept' ? 'completed' : 'refunded', amount: price, stripeId: intentId };
    await rows('payments', 'payments').insertOne({
      _id: orderId,
      order: { id: orderId, version, status, price },
      ...charge,
    });
    const created = Math.floor(now.getTime() / 1000);
    if (money !== 'none') {
      stripe.charges.unshift({
        id: chargeId,
        amount: price,
        amount_refunded: money === 'returned' ? price : 0,
        paid: true,
        created,
        payment_intent: intentId,
        metadata: { orderId },
      });
    }
    if (money === 'returned') {
      stripe.refunds.unshift({
        id: `re_${orderId}`,
        charge: chargeId,
        amount: price,
        status: 'succeeded',
        created,
        metadata: { orderId },
      });
    }
    return { ticketId, orderId, chargeId, intentId };
  };

  return {
    system,
    addresses,
    books,
    stripe,
    rows,
    consistent: async () => {
      await deliver();
      stripe.charges.length = 0;
      stripe.refunds.length = 0;
      await Promise.all(collections.map(([service, name]) => rows(service, name).deleteMany({})));
      const onSale = newId();
      await rows('tickets', 'tickets').insertOne({
        _id: onSale,
        version: 0,
        price,
        availability: 'on_sale',
        closedOrders: [],
        outbox: [],
      });
      await rows('orders', 'tickets').insertOne({ _id: onSale, ticket: { id: onSale, version: 0, price } });
      return {
        onSale,
        created: await deal('created', 'none'),
        held: await deal('awaiting:payment', 'none'),
        sold: await deal('complete', 'kept'),
        cancelled: await deal('cancelled', 'none'),
        refunded: await deal('cancelled', 'returned'),
      };
    },
    undelivered: async () => {
      await (await subscribe(() => undefined)).stop();
      await system.send(ticketCreated.type, {});
      stalled.durable = durableName('orders', ticketCreated.type);
      return stalled.durable;
    },
    close: async () => {
      await books.close();
      await transport.close();
      await Promise.all(services.map((service) => client.db(`${system.name}-${service}`).dropDatabase()));
      await client.close();
      await stripe.close();
      await system.close();
    },
  };
};
