import {
  createJetStreamTransport,
  durableName,
  requiredDurables,
  type InboundMessage,
} from '@ticketing/common/messaging';
import { ticketCreated, type OrderStatus } from '@ticketing/common/events';
import { newId } from '@ticketing/common/mongo';
import { commonEnv, createLogger, readEnv } from '@ticketing/common/service';
import { openTestSystem, testStreamBytes, type TestSystem } from '@ticketing/common/testing';
import { MongoClient, type Collection } from 'mongodb';
import { openSources, type Addresses, type Sources } from '../sources/open-sources.ts';
import { guardedServices } from '../sources/accounts.ts';
import { perService, services, type ServiceName } from '../sources/services.ts';
import { openStripeStandIn, type StripeStandIn } from './stripe-stand-in.ts';

export interface TestDocument {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** A ticket, its order and their charge, in every source that knows them. */
export interface SeededOrder {
  readonly ticketId: string;
  readonly orderId: string;
  readonly chargeId: string;
  readonly intentId: string;
}

/** A test's own databases, stream and Stripe. */
export interface TestSources {
  readonly system: TestSystem;
  readonly addresses: Addresses;
  readonly sources: Sources;
  readonly stripe: StripeStandIn;
  collection(service: ServiceName, name: string): Collection<TestDocument>;
  /** Empties everything and inserts a ticket on sale, a withdrawn one and one order in each legal state. */
  seed(): Promise<{
    readonly onSale: string;
    readonly created: SeededOrder;
    readonly held: SeededOrder;
    readonly sold: SeededOrder;
    readonly cancelled: SeededOrder;
    readonly refunded: SeededOrder;
    /** Accounts: one with an e-mail, and one that is closed. */
    readonly buyer: string;
    readonly closed: string;
    /** A session that its user has ended. */
    readonly endedSession: string;
  }>;
  /** Deletes a durable consumer; `seed` creates it again. */
  deleteConsumer(durable: string): Promise<void>;
  /** Leaves an event on the bus that a durable consumer has not received, and returns the consumer's name. */
  leaveUndelivered(): Promise<string>;
  /** Delivers one of the events that were left. */
  deliverOne(): Promise<void>;
  close(): Promise<void>;
}

const price = 1999;
const currency = 'usd';
const sellerId = newId();
const listing = { title: 'Final', row: 'C', seat: '12' };
const collections: readonly (readonly [ServiceName, string])[] = [
  ['auth', 'users'],
  ['auth', 'sessions'],
  ['auth', 'mail-jobs'],
  ['notifications', 'recipients'],
  ['notifications', 'mail-jobs'],
  ['payments', 'payout-accounts'],
  ...guardedServices.map((service) => [service, 'session-endings'] as const),
  ['tickets', 'tickets'],
  ['tickets', 'files'],
  ['tickets', 'codes'],
  ['orders', 'orders'],
  ['orders', 'tickets'],
  ['payments', 'payments'],
  ['payments', 'ledger'],
  ['expiration', 'timers'],
  ...services.map((service) => [service, 'dead-letters'] as const),
];

const versions: Readonly<Record<OrderStatus, number>> = {
  created: 0,
  'awaiting:payment': 1,
  complete: 2,
  cancelled: 2,
};

export const openTestSources = async (): Promise<TestSources> => {
  const system = await openTestSystem();
  const stripe = await openStripeStandIn();
  const { MONGO_URL, NATS_URL } = readEnv(commonEnv, system.env);
  const urlOf = (service: ServiceName): string => {
    const url = new URL(MONGO_URL);
    url.pathname = `/${system.name}-${service}`;
    return url.href;
  };
  const addresses: Addresses = {
    mongoUrls: perService(urlOf),
    natsUrl: NATS_URL,
    bus: 'jetstream',
    stripe: { host: stripe.url, key: undefined },
    namespace: system.name,
  };
  const client = await new MongoClient(MONGO_URL, { writeConcern: { w: 'majority' } }).connect();
  const collection = (service: ServiceName, name: string) =>
    client.db(`${system.name}-${service}`).collection<TestDocument>(name);
  const sources = openSources(addresses);

  const transport = createJetStreamTransport({
    url: addresses.natsUrl,
    clientName: 'consumer',
    logger: createLogger({ service: 'test', level: 'silent' }),
    namespace: system.name,
    maxBytes: testStreamBytes,
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

  const createConsumers = async (): Promise<void> => {
    await Promise.all(
      requiredDurables.map(async (durable) => {
        const options = { maxBatch: 1, concurrency: 1, onMessages: async () => undefined };
        await (await transport.subscribe({ ...durable, ...options })).stop();
      }),
    );
  };

  /** Delivers what `leaveUndelivered` has left. */
  const deliver = async (): Promise<void> => {
    if (stalled.durable === undefined) return;
    stalled.durable = undefined;
    const subscription = await subscribe((message) => message.ack());
    await system.eventually(async () => {
      const backlog = (await sources.bus.read()) ?? [];
      if (backlog.some(({ pending, unacknowledged }) => pending + unacknowledged > 0)) throw new Error('not delivered');
    });
    await subscription.stop();
  };

  /** Stores a file with one code of its own, attached to this ticket, and returns the ticket's field. */
  const insertFile = async (ticketId: string) => {
    const [fileId, code] = [newId(), `code-of-${ticketId}`];
    await collection('tickets', 'files').insertOne({ _id: fileId, ticketId, codes: [code] });
    await collection('tickets', 'codes').insertOne({ _id: code, ticketId });
    return { fileId };
  };

  /** Inserts an account with its copies, and what ending all its sessions has left if it is closed. */
  const insertAccount = async (email: string | undefined): Promise<string> => {
    const [_id, version] = [newId(), email === undefined ? 1 : 0];
    const at = new Date(Date.now() - 600_000);
    const end = email === undefined ? { closedAt: at, sessionsFrom: at, passwordHash: '' } : { passwordHash: 'hash' };
    await collection('auth', 'users').insertOne({ _id, version, email: email ?? `closed:${_id}`, outbox: [], ...end });
    const copy = { id: _id, version };
    const user = email === undefined ? copy : { ...copy, email };
    await collection('notifications', 'recipients').insertOne({ _id, user });
    await collection('payments', 'payout-accounts').insertOne({ _id, user: copy });
    if (email === undefined) await insertEnding(`user:${_id}`, { issuedBefore: at });
    return _id;
  };

  const insertEnding = async (_id: string, ending: object = {}): Promise<void> => {
    await Promise.all(
      guardedServices.map((service) => collection(service, 'session-endings').insertOne({ _id, ...ending })),
    );
  };

  /** Inserts a session of this account that has ended. */
  const insertEndedSession = async (userId: string): Promise<string> => {
    const _id = newId();
    const [startedAt, endedAt] = [new Date(Date.now() - 900_000), new Date(Date.now() - 600_000)];
    const expiresAt = new Date(Date.now() + 86_400_000);
    await collection('auth', 'sessions').insertOne({ _id, userId, startedAt, endedAt, expiresAt, outbox: [] });
    await insertEnding(_id);
    return _id;
  };

  /** Inserts an order with this status, and its ticket, copies, timer and charge in the states that belong to it. */
  const insertOrder = async (status: OrderStatus, charge: 'none' | 'kept' | 'refunded'): Promise<SeededOrder> => {
    const [ticketId, orderId] = [newId(), newId()];
    const [chargeId, intentId] = [`ch_${orderId}`, `pi_${orderId}`];
    const now = new Date();
    const longAgo = new Date(now.getTime() - 600_000);
    const expiresAt = new Date(now.getTime() + 900_000);
    const version = versions[status];
    const userId = newId();
    const isUnpaid = status === 'created' || status === 'awaiting:payment';
    const holder = status === 'awaiting:payment' || status === 'complete' ? { orderId } : {};
    const sold =
      status === 'complete' ? { soldAt: now, deliveredAt: now, buyerId: userId, ...(await insertFile(ticketId)) } : {};
    const ticketVersion = status === 'complete' ? 2 : 1;
    await collection('tickets', 'tickets').insertOne({
      _id: ticketId,
      version: ticketVersion,
      revision: 0,
      ...listing,
      userId: sellerId,
      price,
      currency,
      availability: status === 'complete' ? 'sold' : status === 'awaiting:payment' ? 'held' : 'on_sale',
      closedOrders: status === 'cancelled' ? [{ id: orderId, at: now }] : [],
      outbox: [],
      ...holder,
      ...sold,
    });
    await collection('orders', 'tickets').insertOne({
      _id: ticketId,
      ticket: { id: ticketId, version: ticketVersion, price, ...holder },
    });
    await collection('orders', 'orders').insertOne({
      _id: orderId,
      version,
      userId,
      sellerId,
      slot: 0,
      status,
      ...(status === 'cancelled' ? { reason: 'by_buyer' } : {}),
      ...(status === 'complete' ? { delivery: { status: 'delivered', deliveredAt: now }, completedAt: longAgo } : {}),
      price,
      currency,
      ticket: { id: ticketId, revision: 0, ...listing, price },
      expiresAt,
      createdAt: now,
      outbox: [],
    });
    if (status === 'complete')
      await collection('notifications', 'mail-jobs').insertMany(
        [`paid:${orderId}`, `sold:${orderId}`].map((_id) => ({ _id, userId, endedAt: now })),
      );
    await collection('expiration', 'timers').insertOne({
      _id: orderId,
      armed: isUnpaid,
      deadline: expiresAt,
      nextRingAt: expiresAt,
      outbox: [],
    });
    const storedCharge =
      charge === 'none'
        ? {}
        : {
            status: charge === 'kept' ? 'completed' : 'refunded',
            amount: price,
            currency,
            stripeId: intentId,
            left: charge === 'kept' ? price : 0,
            owed: 0,
            refunds: charge === 'kept' ? [] : [{ id: `re_${orderId}`, amount: price, status: 'succeeded' }],
          };
    await collection('payments', 'payments').insertOne({
      _id: orderId,
      order: { id: orderId, version, status, price, userId, sellerId },
      ...storedCharge,
    });
    const created = Math.floor(now.getTime() / 1000);
    /** A movement at Stripe and its entry in the ledger. */
    const move = async (type: string, source: string, cause: string, amount: number) => {
      stripe.transactions.unshift({ id: `txn_${cause}`, type, source, amount, created });
      const lines = [
        { account: 'stripe', amount },
        { account: 'seller:s:held', amount: -amount },
      ];
      await collection('payments', 'ledger').insertOne({ _id: cause, orderId, at: now, lines });
    };
    if (charge !== 'none') {
      stripe.intents.unshift({ id: intentId, status: 'succeeded', created, metadata: { orderId } });
      await move('charge', chargeId, `charge:${orderId}`, price);
      stripe.charges.unshift({
        id: chargeId,
        amount: price,
        currency,
        amount_refunded: charge === 'refunded' ? price : 0,
        paid: true,
        created,
        payment_intent: intentId,
        metadata: { orderId },
      });
    }
    if (charge === 'refunded') {
      await move('refund', `re_${orderId}`, `refund:re_${orderId}`, -price);
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
    sources,
    stripe,
    collection,
    deleteConsumer: async (durable) => transport.store?.removeConsumer(durable),
    seed: async () => {
      await deliver();
      await createConsumers();
      stripe.charges.length = 0;
      stripe.refunds.length = 0;
      stripe.intents.length = 0;
      stripe.disputes.length = 0;
      stripe.transactions.length = 0;
      await Promise.all(collections.map(([service, name]) => collection(service, name).deleteMany({})));
      const onSale = newId();
      await collection('tickets', 'tickets').insertOne({
        _id: onSale,
        version: 0,
        revision: 0,
        ...listing,
        userId: sellerId,
        price,
        currency,
        availability: 'on_sale',
        ...(await insertFile(onSale)),
        closedOrders: [],
        outbox: [],
      });
      await collection('orders', 'tickets').insertOne({ _id: onSale, ticket: { id: onSale, version: 0, price } });
      const withdrawn = newId();
      await collection('tickets', 'tickets').insertOne({
        _id: withdrawn,
        version: 1,
        revision: 1,
        ...listing,
        userId: sellerId,
        price,
        currency,
        availability: 'withdrawn',
        withdrawnAt: new Date(),
        closedOrders: [],
        outbox: [],
      });
      await collection('orders', 'tickets').insertOne({
        _id: withdrawn,
        ticket: { id: withdrawn, version: 1, price, withdrawnAt: new Date().toISOString() },
      });
      const buyer = await insertAccount('buyer@example.com');
      return {
        onSale,
        buyer,
        closed: await insertAccount(undefined),
        endedSession: await insertEndedSession(buyer),
        created: await insertOrder('created', 'none'),
        held: await insertOrder('awaiting:payment', 'none'),
        sold: await insertOrder('complete', 'kept'),
        cancelled: await insertOrder('cancelled', 'none'),
        refunded: await insertOrder('cancelled', 'refunded'),
      };
    },
    deliverOne: async () => {
      const delivered = Promise.withResolvers<void>();
      const subscription = await subscribe((message) => {
        message.ack();
        delivered.resolve();
      });
      await delivered.promise;
      await subscription.stop();
    },
    leaveUndelivered: async () => {
      await (await subscribe(() => undefined)).stop();
      await system.send(ticketCreated.type, {});
      stalled.durable = durableName('orders', ticketCreated.type);
      return stalled.durable;
    },
    close: async () => {
      await sources.close();
      await transport.close();
      await Promise.all(services.map((service) => client.db(`${system.name}-${service}`).dropDatabase()));
      await client.close();
      await stripe.close();
      await system.close();
    },
  };
};
