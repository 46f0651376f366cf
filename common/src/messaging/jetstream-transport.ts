import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerMessages,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { connect, nanos, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from './delivery-queue.ts';
import type { OutboundMessage, Subscription, SubscriptionOptions, Transport } from './transport.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How long the stream keeps an event; `closedOrders` of tickets is kept as long. */
export const streamMaxAgeMs = 30 * dayMs;
const ackWaitMs = 3_000;
const publishTimeoutMs = 3_000;
const aggregates = ['user', 'ticket', 'order', 'charge'] as const;

export interface JetStreamOptions {
  readonly url: string;
  readonly clientName: string;
  readonly logger: Logger;
  /** Copies of the stream in a cluster of servers. */
  readonly replicas?: number;
  /** Set by tests only: a stream and subjects of their own on a shared server. */
  readonly namespace?: string;
}

interface Connected {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

class JetStreamTransport implements Transport {
  readonly name = 'jetstream';
  readonly #options: JetStreamOptions;
  readonly #stream: string;
  readonly #prefix: string;
  readonly #connected: Promise<Connected>;
  readonly #closing = new AbortController();
  #now: Connected | undefined;
  #up = false;

  constructor(options: JetStreamOptions) {
    this.#options = options;
    this.#stream = options.namespace === undefined ? 'TICKETING' : `TICKETING-${options.namespace}`;
    this.#prefix = options.namespace === undefined ? '' : `${options.namespace}.`;
    this.#connected = this.#connect();
    this.#connected.catch(() => undefined);
  }

  isConnected(): boolean {
    return this.#up;
  }

  async publish(message: OutboundMessage): Promise<void> {
    if (this.#now === undefined || !this.#up) throw new Error('NATS is not connected');
    await this.#now.client.publish(this.#prefix + message.subject, message.body, {
      msgID: message.id,
      timeout: publishTimeoutMs,
    });
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    const connected = await this.#connected;
    await this.#untilDone(`consumer ${options.durable}`, () =>
      connected.manager.consumers.add(this.#stream, {
        durable_name: options.durable,
        filter_subject: this.#prefix + options.subject,
        deliver_policy: DeliverPolicy.All,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        // Messages given back with a delay count as in flight: few may not block the rest.
        max_ack_pending: 20_000,
        max_deliver: -1,
      }),
    );
    return this.#consume(connected, options);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#up = false;
    const connection = this.#now?.connection;
    if (connection === undefined || connection.isClosed()) return;
    // Draining waits for a server that may be away: closing at once loses only acks, which are then redelivered.
    await Promise.race([connection.drain().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
    await connection.close();
  }

  #consume(connected: Connected, options: SubscriptionOptions): Subscription {
    const queue = new DeliveryQueue<Received>({
      maxBatch: options.maxBatch,
      concurrency: options.concurrency,
      keepAliveMs: ackWaitMs / 3,
      handle: (items) => options.onMessages(items),
    });
    let messages: Promise<ConsumerMessages> | undefined;
    const start = () => {
      messages = this.#untilDone(`messages of ${options.durable}`, async () => {
        const consumer = await connected.client.consumers.get(this.#stream, options.durable);
        return consumer.consume({
          max_messages: 500,
          expires: 5_000,
          callback: (message) => queue.push(new Received(message, this.#prefix.length)),
        });
      });
      messages.catch(() => undefined);
    };
    const end = async () => {
      const current = messages;
      messages = undefined;
      const consuming = await current?.catch(() => undefined);
      consuming?.stop();
    };
    start();
    return {
      pause: () => {
        void end();
        queue.giveBack(500);
      },
      resume: () => {
        if (messages === undefined) start();
      },
      stop: async () => {
        await end();
        await queue.close();
      },
    };
  }

  async #connect(): Promise<Connected> {
    const connection = await this.#untilDone('connection', () =>
      connect({
        servers: this.#options.url.split(','),
        name: this.#options.clientName,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
        reconnectJitter: 100,
        timeout: 2_000,
        pingInterval: 2_000,
        maxPingOut: 2,
      }),
    );
    void this.#follow(connection);
    const manager = await this.#untilDone('stream', async () => {
      const jsm = await jetstreamManager(connection, { checkAPI: false });
      await this.#ensureStream(jsm);
      return jsm;
    });
    this.#now = { connection, client: jetstream(connection), manager };
    this.#up = true;
    return this.#now;
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

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') {
        if (this.#up) this.#options.logger.warn({ status: status.type }, 'NATS is away');
        this.#up = false;
      } else if (status.type === 'reconnect') {
        this.#options.logger.info('NATS is back');
        this.#up = this.#now !== undefined;
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
    return String(this.#message.seq);
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
