import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerInfo,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { natsServers } from '../nats-servers.ts';
import type { OutboundMessage, Subscription, SubscriptionOptions, Transport } from '../transport.ts';
import { JetStreamConsumer } from './consumer.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How long the stream keeps an event; `closedOrders` of tickets is kept as long. */
export const streamMaxAgeMs = 30 * dayMs;
const ackWaitMs = 3_000;
const publishTimeoutMs = 3_000;
const requestTimeoutMs = 2_000;
const aggregates = ['user', 'ticket', 'order', 'charge'] as const;

/** The one stream of all events; `namespace` as in the options. */
export const streamName = (namespace: string | undefined): string =>
  namespace === undefined ? 'TICKETING' : `TICKETING-${namespace}`;

export interface JetStreamOptions {
  readonly url: string;
  readonly clientName: string;
  readonly logger: Logger;
  /** Copies of the stream in a cluster of servers. */
  readonly replicas?: number;
  /** Set by tests only: a stream and subjects of their own on a shared server. */
  readonly namespace?: string;
  /** Shortened by tests only: after this long without a sign of work a message is delivered again. */
  readonly ackWaitMs?: number;
}

interface Connected {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

class JetStreamTransport implements Transport {
  readonly name = 'jetstream';
  readonly #options: JetStreamOptions;
  readonly #stream: string;
  readonly #prefix: string;
  readonly #ackWaitMs: number;
  readonly #connected: Promise<Connected>;
  readonly #closing = new AbortController();
  readonly #consumers = new Set<JetStreamConsumer>();
  /** What refuses each publication whose acknowledgement is awaited. */
  readonly #inFlight = new Set<(error: Error) => void>();
  #connection: NatsConnection | undefined;
  #now: Connected | undefined;
  #up = false;
  /** Counts connections, so that what was begun on one does not end on the next. */
  #generation = 0;

  constructor(options: JetStreamOptions) {
    this.#options = options;
    this.#stream = streamName(options.namespace);
    this.#prefix = options.namespace === undefined ? '' : `${options.namespace}.`;
    this.#ackWaitMs = options.ackWaitMs ?? ackWaitMs;
    this.#connected = this.#connect();
    this.#connected.catch(() => undefined);
  }

  isConnected(): boolean {
    return this.#up;
  }

  publish(message: OutboundMessage): Promise<void> {
    const client = this.#now?.client;
    if (client === undefined || !this.#up) return Promise.reject(new Error('NATS is not connected'));
    return new Promise((resolve, reject) => {
      this.#inFlight.add(reject);
      client
        .publish(this.#prefix + message.subject, message.body, { msgID: message.id, timeout: publishTimeoutMs })
        .then(() => resolve(), reject)
        .finally(() => this.#inFlight.delete(reject));
    });
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    const connected = await this.#connected;
    const consumer = new JetStreamConsumer({
      ...options,
      ackWaitMs: this.#ackWaitMs,
      prefixLength: this.#prefix.length,
      ensure: () => this.#ensureConsumer(connected.manager, options),
      client: connected.client,
      logger: this.#options.logger,
      closing: this.#closing.signal,
      onStop: () => this.#consumers.delete(consumer),
    });
    this.#consumers.add(consumer);
    await consumer.open();
    this.#closing.signal.throwIfAborted();
    return consumer;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#up = false;
    const connection = this.#connection;
    if (connection === undefined || connection.isClosed()) return;
    // Draining waits for a server that may be away: closing at once loses only acks, which are then redelivered.
    await Promise.race([connection.drain().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
    await connection.close();
  }

  async #connect(): Promise<Connected> {
    const connection = await this.#untilDone('connection', () =>
      connect({
        ...natsServers(this.#options.url),
        name: this.#options.clientName,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
        reconnectJitter: 100,
        timeout: 2_000,
        pingInterval: 2_000,
        maxPingOut: 2,
        // Or it would give up for good when a server that is starting refuses it twice.
        ignoreAuthErrorAbort: true,
      }),
    );
    this.#connection = connection;
    if (this.#closing.signal.aborted) await connection.close();
    const connected = {
      client: jetstream(connection, { timeout: requestTimeoutMs }),
      manager: await jetstreamManager(connection, { checkAPI: false, timeout: requestTimeoutMs }),
    };
    void this.#follow(connection, connected);
    await this.#begin(connected);
    this.#now = connected;
    return connected;
  }

  /** A connection is there, for the first time or again: the server may have come back with nothing, or be still starting. */
  async #begin(connected: Connected): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    await this.#untilDone('stream', async () => {
      if (generation === this.#generation) await this.#ensureStream(connected.manager);
    });
    if (generation !== this.#generation) return;
    this.#up = true;
    for (const consumer of this.#consumers) void consumer.open();
  }

  async #ensureStream(manager: JetStreamManager): Promise<void> {
    const config = {
      subjects: aggregates.map((aggregate) => `${this.#prefix}${aggregate}.>`),
      max_age: nanos(streamMaxAgeMs),
      duplicate_window: nanos(2 * 60 * 1000),
      num_replicas: this.#options.replicas ?? 1,
    };
    try {
      await manager.streams.add({
        name: this.#stream,
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
        discard: DiscardPolicy.Old,
        ...config,
      });
    } catch (error) {
      // Another replica has made it, perhaps an older version of us: bring it to what this version says.
      await manager.streams.update(this.#stream, config).catch(() => {
        throw error;
      });
    }
  }

  async #ensureConsumer(manager: JetStreamManager, options: SubscriptionOptions): Promise<ConsumerInfo> {
    const config = {
      filter_subject: this.#prefix + options.subject,
      ack_wait: nanos(this.#ackWaitMs),
      // Messages given back with a delay count as in flight: few may not block the rest.
      max_ack_pending: 20_000,
      max_deliver: -1,
    };
    try {
      return await manager.consumers.add(this.#stream, {
        durable_name: options.durable,
        deliver_policy: DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ...config,
      });
    } catch (error) {
      return await manager.consumers.update(this.#stream, options.durable, config).catch(() => {
        throw error;
      });
    }
  }

  async #follow(connection: NatsConnection, connected: Connected): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') {
        if (this.#up) this.#options.logger.warn({ status: status.type }, 'NATS is away');
        this.#up = false;
        this.#generation += 1;
        // Their acknowledgements will not come: known now, and not only when their time is over.
        for (const refuse of this.#inFlight) refuse(new Error('the connection to NATS was lost'));
      } else if (status.type === 'reconnect') {
        this.#begin(connected).then(
          () => this.#options.logger.info('NATS is back'),
          () => undefined,
        );
      }
    }
  }

  /** Repeats until it works or the transport closes: the broker being away is no reason to end a service. */
  async #untilDone<T>(what: string, action: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        if (attempt % 20 === 0) this.#options.logger.warn({ err: error, what }, 'NATS does not answer yet');
        await delay(250, undefined, { signal: this.#closing.signal });
      }
    }
  }
}

/** Connects in the background and for ever: a broker that is away stops no service. */
export const createJetStreamTransport = (options: JetStreamOptions): Transport => new JetStreamTransport(options);
