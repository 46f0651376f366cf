import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { MongoClient, type Collection, type Document } from 'mongodb';
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import * as definitions from '../events/index.ts';
import type { EventDefinition, EventMessage } from '../events/index.ts';
import { createSessionTokens } from '../http/index.ts';
import { createJetStreamTransport } from '../messaging/index.ts';
import { parseJson } from '../messaging/listening/listener.ts';
import { newId } from '../mongo/index.ts';
import type { RunningService, ServiceOverrides } from '../service/index.ts';
import { eventually } from './eventually.ts';
import { requireEnv } from './require-env.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

/** The streams of all test files have room in one server's store. */
export const testStreamBytes = 16 * 1024 * 1024;
/** On a slow machine too, requests are counted in Redis while it is reachable. */
const redisTimeoutMs = 15_000;
const jwtKey = 'a key of 32 bytes for tests only';

/**
 * The real MongoDB, NATS and Redis of the test run, with a separate database and stream for this test file. All events on
 * the stream are recorded.
 */
export interface TestSystem {
  /** The environment variables of a service. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: TestClock;
  /** Unique to this test file: a prefix for keys in Redis. */
  readonly name: string;
  /** Starts a service and waits until it is ready; `close` stops it. A second start adds a replica. */
  start(open: (overrides: ServiceOverrides) => Promise<RunningService>): Promise<RunningService>;
  /** The request header with a session of this user. */
  as(userId: string): { readonly Cookie: string };
  collection<Doc extends Document = Document>(name: string): Collection<Doc>;
  /** Publishes an event in its envelope and returns it, so that a test can send it again. */
  publish<Data>(
    definition: EventDefinition<string, Data>,
    data: Data,
    options?: { readonly aggregateId?: string; readonly version?: number; readonly time?: Date },
  ): Promise<EventMessage>;
  /** Publishes a message unchanged, under a new deduplication id; it may be malformed. */
  send(subject: string, message: unknown): Promise<void>;
  /** The recorded events of this definition, oldest first. */
  events<Type extends string, Data>(definition: EventDefinition<Type, Data>): EventMessage<Type, Data>[];
  eventually: typeof eventually;
  close(): Promise<void>;
}

const recordedSubjects = [
  definitions.userCreated,
  definitions.userUpdated,
  definitions.userClosed,
  definitions.ticketCreated,
  definitions.ticketUpdated,
  definitions.ticketClaimRefused,
  definitions.orderCreated,
  definitions.orderUpdated,
  definitions.orderCancelled,
  definitions.orderExpired,
  definitions.orderDeliveryDue,
  definitions.chargeCreated,
  definitions.chargeUpdated,
  definitions.chargeClosed,
].map((definition) => definition.type);

const fieldOf = (data: unknown, name: string): unknown =>
  typeof data === 'object' && data !== null ? Object.entries(data).find(([key]) => key === name)?.[1] : undefined;

/** The event in its envelope. The aggregate's id and version are those in `data` by default. */
export const newMessage = <Data>(
  definition: EventDefinition<string, Data>,
  data: Data,
  options: {
    readonly correlationId: string;
    readonly time: Date;
    readonly aggregateId?: string | undefined;
    readonly version?: number | undefined;
  },
): EventMessage => {
  const id = options.aggregateId ?? fieldOf(data, 'id');
  const version = options.version ?? fieldOf(data, 'version');
  return {
    id: randomUUID(),
    type: definition.type,
    schemaVersion: definition.schemaVersion,
    time: options.time.toISOString(),
    aggregate: {
      type: definition.aggregateType,
      id: typeof id === 'string' ? id : newId(),
      version: typeof version === 'number' ? version : 0,
    },
    correlationId: options.correlationId,
    traceId: '0'.repeat(32),
    data,
  };
};

export const openTestSystem = async (): Promise<TestSystem> => {
  const name = `t${newId()}`;
  const natsUrl = requireEnv('NATS_URL');
  const mongoUrl = new URL(requireEnv('MONGO_URL'));
  mongoUrl.pathname = `/${name}`;
  const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const clock = createTestClock();
  // Majority like the services, since a test could otherwise see a write before they do.
  const client = await new MongoClient(mongoUrl.href, {
    writeConcern: { w: 'majority' },
    readConcern: { level: 'majority' },
  }).connect();
  const stream = { url: natsUrl, logger, namespace: name, maxBytes: testStreamBytes };
  const transport = createJetStreamTransport({ ...stream, clientName: `${name}-test` });
  const recordedBodies: string[] = [];
  const subscriptions = await Promise.all(
    recordedSubjects.map((subject) =>
      transport.subscribe({
        durable: `recorder_${subject.replaceAll('.', '-')}`,
        subject,
        maxBatch: 1_000,
        concurrency: 1,
        onMessages: async (messages) => {
          for (const message of messages) {
            recordedBodies.push(message.body);
            message.ack();
          }
        },
      }),
    ),
  );
  const follower = transport.follow({
    subject: definitions.sessionEnded.type,
    from: 'first',
    onMessage: (body) => void recordedBodies.push(body),
  });
  const services: RunningService[] = [];
  const send = (subject: string, message: unknown): Promise<void> =>
    transport.publish({
      subject,
      id: randomUUID(),
      body: typeof message === 'string' ? message : JSON.stringify(message),
    });

  return {
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      MONGO_URL: mongoUrl.href,
      NATS_URL: natsUrl,
      REDIS_URL: requireEnv('REDIS_URL'),
      JWT_KEY: jwtKey,
      LOG_LEVEL: 'silent',
      RATE_LIMITS: 'off',
    },
    clock,
    name,
    start: async (open) => {
      const service = await open({
        now: clock.now,
        logger,
        transport: () => createJetStreamTransport({ ...stream, clientName: name }),
        redisTimeoutMs,
      });
      services.push(service);
      await service.ready;
      await eventually(async () => {
        // An idle keep-alive connection would delay the draining of the service.
        const response = await fetch(`${service.url}/readyz`, { headers: { Connection: 'close' } });
        if (response.status !== 200) throw new Error('not ready');
      });
      return service;
    },
    as: (userId) => {
      const user = { id: userId, email: `${userId}@example.com`, sid: newId(), startedAt: clock.now().getTime() };
      const jwt = createSessionTokens([jwtKey]).sign(user);
      return { Cookie: `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}` };
    },
    collection: (collection) => client.db().collection(collection),
    publish: async (definition, data, options = {}) => {
      const message = newMessage(definition, data, {
        ...options,
        correlationId: `test-${name}`,
        time: options.time ?? clock.now(),
      });
      await send(definition.type, message);
      return message;
    },
    send,
    events: (definition) =>
      recordedBodies.flatMap((body) => {
        const message = parseJson(body);
        const isOfType = fieldOf(message, 'type') === definition.type;
        // Sessions end one by one and by user, with events of one name.
        const isOfAggregate = fieldOf(fieldOf(message, 'aggregate'), 'type') === definition.aggregateType;
        return isOfType && isOfAggregate ? [definition.parse(message)] : [];
      }),
    eventually,
    close: async () => {
      await Promise.all(services.map((service) => service.stop()));
      await Promise.all(subscriptions.map((subscription) => subscription.stop()));
      await follower.stop();
      await transport.close();
      const connection = await connect({ servers: natsUrl });
      const { streams } = await jetstreamManager(connection);
      for (const stream of [`TICKETING-${name}`, `TICKETING-${name}-SESSIONS`]) await streams.delete(stream);
      await connection.close();
      await client.db().dropDatabase();
      await client.close();
    },
  };
};
