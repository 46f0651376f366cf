import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerInfo,
  type ConsumerMessages,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from './delivery-queue.ts';
import { natsServers } from './nats-servers.ts';
import type { OutboundMessage, Subscription, SubscriptionOptions, Transport } from './transport.ts';

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
  readonly #consumers = new Set<Consumer>();
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
    const consumer = new Consumer({
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

interface ConsumerOptions extends SubscriptionOptions {
  readonly ackWaitMs: number;
  readonly prefixLength: number;
  /** Makes the durable consumer, or brings it to what this version says. */
  readonly ensure: () => Promise<ConsumerInfo>;
  readonly client: JetStreamClient;
  readonly logger: Logger;
  readonly closing: AbortSignal;
  readonly onStop: () => void;
}

class Consumer implements Subscription {
  readonly #options: ConsumerOptions;
  readonly #queue: DeliveryQueue<Received>;
  #messages: ConsumerMessages | undefined;
  #wanted = true;
  /** One opening after the other; the last one counts. */
  #opening = 0;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue<Received>({
      maxBatch: options.maxBatch,
      concurrency: options.concurrency,
      keepAliveMs: options.ackWaitMs / 3,
      handle: (items) => options.onMessages(items),
    });
  }

  /** Begins to receive, anew if it did before. Resolves once that works, or is no longer wanted. */
  async open(): Promise<void> {
    this.#opening += 1;
    const own = this.#opening;
    const isWanted = () => this.#wanted && own === this.#opening && !this.#options.closing.aborted;
    for (let attempt = 0; isWanted(); attempt += 1) {
      try {
        const info = await this.#options.ensure();
        const messages = await this.#options.client.consumers.getConsumerFromInfo(info).consume({
          max_messages: 500,
          expires: 5_000,
          // A pull that the server has forgotten is noticed after two of these and repeated.
          idle_heartbeat: 1_000,
          // Without asking for the consumer first: whether it is there was made sure above.
          bind: true,
          callback: (message) => this.#queue.push(new Received(message, this.#options.prefixLength)),
        });
        if (isWanted()) {
          this.#messages?.stop();
          this.#messages = messages;
        } else {
          messages.stop();
        }
        return;
      } catch (error) {
        const { logger, durable, closing } = this.#options;
        if (attempt % 20 === 0) logger.warn({ err: error, durable }, 'not subscribed yet');
        await delay(250, undefined, { signal: closing, ref: false }).catch(() => undefined);
      }
    }
  }

  pause(): void {
    this.#end();
    // Replicas pause for a common reason: what one gives back would go to and fro between them.
    this.#queue.giveBack(500);
  }

  resume(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.open();
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#queue.close();
    this.#options.onStop();
  }

  #end(): void {
    this.#wanted = false;
    this.#messages?.stop();
    this.#messages = undefined;
  }
}

class Received {
  readonly #message: JsMsg;
  readonly subject: string;
  #done = false;

  constructor(message: JsMsg, prefixLength: number) {
    this.#message = message;
    this.subject = message.subject.slice(prefixLength);
  }

  get body(): string {
    return this.#message.string();
  }

  get key(): string {
    // Sequences begin anew in an emptied store, so the time of storing belongs to the key.
    return `${this.#message.seq}-${this.#message.timestampNanos}`;
  }

  readonly ack = (): void => {
    if (!this.#done) this.#message.ack();
    this.#done = true;
  };

  readonly nak = (delayMs: number): void => {
    if (!this.#done) this.#message.nak(delayMs);
    this.#done = true;
  };

  readonly working = (): void => {
    if (!this.#done) this.#message.working();
  };
}

/** Connects in the background and for ever: a broker that is away stops no service. */
export const createJetStreamTransport = (options: JetStreamOptions): Transport => new JetStreamTransport(options);
