import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { MongoClient } from 'mongodb';
import pino from 'pino';
import { ticketCreated, ticketState, ticketUpdated, type TicketState } from '../../events/index.ts';
import { buildApp } from '../../http/index.ts';
import { copyOf, defineCollection, newId, type DocumentOf } from '../../mongo/index.ts';
import { commonEnv, readEnv } from '../../service/config.ts';
import { httpKit } from '../../service/http-kit.ts';
import { openService, type RunningService } from '../../service/open-service.ts';
import { eventually } from '../../testing/eventually.ts';
import { openNatsServer } from '../../testing/servers.ts';
import type { ServerProcess } from '../../testing/server-process.ts';
import { openTestSystem, testStreamBytes, type TestSystem } from '../../testing/test-system.ts';
import { openStore } from '../aggregates/aggregate-store.ts';
import { applyIfNewer } from '../aggregates/apply-if-newer.ts';
import { defineAggregate } from '../aggregates/define-aggregate.ts';
import { createJetStreamTransport } from '../bus/jetstream/transport.ts';
import { on } from '../listening/on.ts';
import { streamNotes, type StreamNote } from './loss-check.ts';
import { republications, requestRepublication, type Republication } from './republications.ts';
import { tendStreamEveryMs } from './stream-keeper.ts';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const trace = { correlationId: 'test', traceId: '0'.repeat(32) };
/** Shortened, so that a test sees several passes. */
const shortPeriodMs = 200;

const listings = defineAggregate({
  type: 'ticket',
  collection: 'listings',
  fields: {
    title: { type: String, required: true },
    price: { type: Number, required: true },
    revision: { type: Number, required: true },
    userId: { type: String, required: true },
  },
  state: ticketState.pick({ id: true, version: true, title: true, price: true, revision: true, userId: true }),
  events: [ticketCreated, ticketUpdated],
  republishAs: () => ticketUpdated,
});
const copies = defineCollection({ name: 'copies', fields: { ticket: { ...copyOf(ticketState), required: true } } });

let system: TestSystem;
/** The publisher's own database; the consumer has that of the system. */
let publisherUrl: string;
let client: MongoClient;
let nats: ServerProcess;
let connection: NatsConnection;
let manager: JetStreamManager;
const running: RunningService[] = [];

beforeAll(async () => {
  system = await openTestSystem();
  const url = new URL(String(system.env.MONGO_URL));
  url.pathname = `/${system.name}-publisher`;
  publisherUrl = url.href;
  client = await new MongoClient(publisherUrl, { writeConcern: { w: 'majority' } }).connect();
});
afterAll(async () => {
  await client.db().dropDatabase();
  await client.close();
  await system.close();
});
beforeEach(async () => {
  nats = await openNatsServer();
  connection = await connect({
    servers: `nats://127.0.0.1:${nats.port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  manager = await jetstreamManager(connection);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await connection.close();
  await nats.close();
  const collections = [...(await client.db().collections()), system.collection(copies.name)];
  await Promise.all(collections.map((collection) => collection.deleteMany({})));
});

const open = (name: string, mongoUrl: string, periodMs = shortPeriodMs) => {
  const url = `nats://127.0.0.1:${nats.port}`;
  const service = openService(name, readEnv(commonEnv, { ...system.env, MONGO_URL: mongoUrl, NATS_URL: url }), {
    logger,
    tendStreamEveryMs: periodMs,
    transport: () => createJetStreamTransport({ url, clientName: name, logger, maxBytes: testStreamBytes }),
  });
  return { service, app: buildApp(httpKit(service), () => undefined) };
};

const startPublisher = async (periodMs?: number) => {
  const { service, app } = open('tickets', publisherUrl, periodMs);
  const store = openStore(listings, service);
  const started = await service.run({ collections: [listings], app, listeners: [] });
  running.push(started);
  await started.ready;
  return { service: started, store };
};
type Publisher = Awaited<ReturnType<typeof startPublisher>>;

/** The service whose consumers the product's table requires for tickets. */
const startConsumer = async (): Promise<RunningService> => {
  const { service, app } = open('orders', String(system.env.MONGO_URL));
  const collection = service.database.collection<DocumentOf<typeof copies>>(copies.name);
  const listen = async (tickets: readonly { readonly state: TicketState }[]) =>
    applyIfNewer(
      collection,
      'ticket',
      tickets.map(({ state }) => state),
    );
  const started = await service.run({
    collections: [copies],
    app,
    listeners: [on(ticketCreated, listen), on(ticketUpdated, listen)],
  });
  running.push(started);
  await started.ready;
  return started;
};

const list = (publisher: Publisher) =>
  publisher.store.insert(
    { _id: newId(), title: 'Final', price: 1999, revision: 0, userId: 'seller' },
    ticketCreated,
    trace,
  );
const edit = (publisher: Publisher, _id: string, price: number) =>
  publisher.store.change({ filter: { _id }, set: { price }, event: ticketUpdated, trace });
const untilPublished = (publisher: Publisher, _id: string) =>
  eventually(async () => expect((await publisher.store.collection.findOne({ _id }))?.outbox).toEqual([]));
const untilCopied = (_id: string, price: number, timeoutMs = 20_000) =>
  eventually(
    async () =>
      expect(await system.collection<DocumentOf<typeof copies>>(copies.name).findOne({ _id })).toMatchObject({
        ticket: { price },
      }),
    timeoutMs,
  );
const streamState = async () => (await manager.streams.info('TICKETING')).state;
const untilNoted = (sequence: number) =>
  eventually(async () => {
    const note = await client.db().collection<StreamNote>(streamNotes.name).findOne({ _id: 'stream' });
    expect(note?.sequence).toBe(sequence);
  });

test('When every consumer has acknowledged the events, then they are purged, and those that one still needs stay', async () => {
  const publisher = await startPublisher();
  const consumer = await startConsumer();
  const { _id } = await list(publisher);
  for (let price = 1; price <= 20; price += 1) await edit(publisher, _id, price);
  await untilCopied(_id, 20);
  await eventually(async () => expect((await streamState()).messages).toBe(0));
  expect((await streamState()).last_seq).toBe(21);
  await consumer.stop();
  await edit(publisher, _id, 21);
  await untilPublished(publisher, _id);
  await untilNoted(22);
  expect((await streamState()).messages).toBe(1);
  await startConsumer();
  await untilCopied(_id, 21);
  await eventually(async () => expect((await streamState()).messages).toBe(0));
});

test('When every consumer has acknowledged an event, then it is gone within a minute at the period of the product', async () => {
  const periodMs = 2_000;
  const publisher = await startPublisher(periodMs);
  await startConsumer();
  const { _id } = await list(publisher);
  await untilCopied(_id, 1999);
  const acknowledgedAt = performance.now();
  await eventually(async () => expect((await streamState()).messages).toBe(0));
  const periods = (performance.now() - acknowledgedAt) / periodMs;
  expect(periods * tendStreamEveryMs).toBeLessThan(55_000);
});

test('When a required consumer was never created, then nothing is purged', async () => {
  const publisher = await startPublisher();
  const { _id } = await list(publisher);
  await untilPublished(publisher, _id);
  await untilNoted(1);
  for (let passes = 0; passes < 3; passes += 1) {
    const before = await client.db().collection('stream-purges').findOne();
    await eventually(async () =>
      expect((await client.db().collection('stream-purges').findOne())?.['leasedUntil']).not.toEqual(
        before?.['leasedUntil'],
      ),
    );
  }
  expect((await streamState()).messages).toBe(1);
});

test('When the store of NATS goes back to an earlier state, then what a consumer had not taken is published again', async () => {
  const publisher = await startPublisher();
  const consumer = await startConsumer();
  const { _id } = await list(publisher);
  await untilCopied(_id, 1999);
  await consumer.stop();
  await nats.kill();
  const putBack = await nats.snapshot();
  await nats.start();
  await edit(publisher, _id, 2);
  await untilPublished(publisher, _id);
  await nats.kill();
  await putBack();
  await nats.start();
  await startConsumer();
  await untilCopied(_id, 2);
});

test('When the store went back while the publisher was down too, then its next process sees it by the note', async () => {
  const publisher = await startPublisher();
  const consumer = await startConsumer();
  const { _id } = await list(publisher);
  await untilCopied(_id, 1999);
  await consumer.stop();
  await nats.kill();
  const putBack = await nats.snapshot();
  await nats.start();
  await edit(publisher, _id, 2);
  await untilPublished(publisher, _id);
  await untilNoted((await streamState()).last_seq);
  await publisher.service.stop();
  await nats.kill();
  await putBack();
  await nats.start();
  await startConsumer();
  await startPublisher();
  await untilCopied(_id, 2);
});

test('When the stream is deleted while the connection stays, then what a consumer had not taken is published again', async () => {
  const publisher = await startPublisher();
  const consumer = await startConsumer();
  const { _id } = await list(publisher);
  await untilCopied(_id, 1999);
  await consumer.stop();
  await edit(publisher, _id, 2);
  await untilPublished(publisher, _id);
  await untilNoted((await streamState()).last_seq);
  await manager.streams.delete('TICKETING');
  // Found by the next publication at the latest.
  await list(publisher);
  await startConsumer();
  await untilCopied(_id, 2);
});

test('When NATS restarts three times without losing anything, then no republication is requested', async () => {
  const publisher = await startPublisher();
  const { _id } = await list(publisher);
  await untilPublished(publisher, _id);
  const notes = client.db().collection<StreamNote>(streamNotes.name);
  for (let restart = 1; restart <= 3; restart += 1) {
    await nats.kill();
    await nats.start();
    await edit(publisher, _id, restart);
    await untilPublished(publisher, _id);
    // Taken by a check that has seen the stream after the restart.
    await untilNoted(1 + restart);
    const noted = await notes.findOne({ _id: 'stream' });
    await eventually(async () => expect((await notes.findOne({ _id: 'stream' }))?.notedAt).not.toEqual(noted?.notedAt));
  }
  expect(await client.db().collection(republications.name).countDocuments()).toBe(0);
});

test('When a service is told to republish everything, then copies that were lost are filled again', async () => {
  const publisher = await startPublisher();
  await startConsumer();
  const tickets = await Promise.all(Array.from({ length: 250 }, () => list(publisher)));
  for (const { _id } of tickets) await untilCopied(_id, 1999);
  // As written by an earlier release.
  await publisher.store.collection.updateOne({}, { $unset: { changedAt: true } });
  await system.collection(copies.name).deleteMany({});
  const requests = client.db().collection<Republication>(republications.name);
  await requestRepublication(requests, { _id: 'all', requestedAt: new Date(), since: new Date(0) });
  for (const { _id } of tickets) await untilCopied(_id, 1999);
  await eventually(async () =>
    expect(await requests.findOne({ _id: 'all' })).toMatchObject({ doneAt: expect.any(Date) }),
  );
});
