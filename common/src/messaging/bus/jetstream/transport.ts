import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
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
import { ensureStream, streamMaxBytes, streamName } from './ensure-stream.ts';

const ackWaitMs = 3_000;
const publishTimeoutMs = 3_000;
const requestTimeoutMs = 2_000;

export interface JetStreamOptions {
  readonly url: string;
  readonly clientName: string;
  readonly logger: Logger;
  /** Replicas of the stream in a NATS cluster. */
  readonly replicas?: number;
  /** Set by tests only: a separate stream and subjects on a shared server. */
  readonly namespace?: string;
  /** Most bytes of the stream; `streamMaxBytes` without it. */
  readonly maxBytes?: number;
  /** Shortened by tests only: a message that is neither acked nor marked as in progress for this long is redelivered. */
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
  /** Rejects each publication that waits for its acknowledgement. */
  readonly #inFlight = new Set<(error: Error) => void>();
  #connection: NatsConnection | undefined;
  #now: Connected | undefined;
  #up = false;
  /** Number of the connection: what was started on an earlier one is abandoned. */
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
    // drain() would wait for an unreachable server. Closing without it loses acks only: those messages are redelivered.
    await Promise.race([connection.drain().catch(() => undefined), delay(1_000, undefined, { ref: false })]);
    await connection.close();
  }

  async #connect(): Promise<Connected> {
    const connection = await this.#retryUntilDone('connection', () =>
      connect({
        ...natsServers(this.#options.url),
        name: this.#options.clientName,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 200,
        reconnectJitter: 100,
        timeout: 2_000,
        pingInterval: 2_000,
        maxPingOut: 2,
        // Otherwise the client gives up when a starting server refuses it twice.
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
    await this.#onConnected(connected);
    this.#now = connected;
    return connected;
  }

  /** After each (re)connection: the server may have lost its data, or may still be starting. */
  async #onConnected(connected: Connected): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    await this.#retryUntilDone('stream', async () => {
      if (generation !== this.#generation) return;
      const { replicas = 1, maxBytes = streamMaxBytes, logger } = this.#options;
      const settings = { name: this.#stream, prefix: this.#prefix, replicas, maxBytes };
      await ensureStream(connected.manager, settings, logger);
    });
    if (generation !== this.#generation) return;
    this.#up = true;
    for (const consumer of this.#consumers) void consumer.open();
  }

  async #ensureConsumer(manager: JetStreamManager, options: SubscriptionOptions): Promise<ConsumerInfo> {
    const config = {
      filter_subject: this.#prefix + options.subject,
      ack_wait: nanos(this.#ackWaitMs),
      // High, because messages that wait for a delayed redelivery count as unacknowledged.
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
        if (this.#up) this.#options.logger.warn({ status: status.type }, 'NATS connection lost');
        this.#up = false;
        this.#generation += 1;
        // Their acknowledgements will not arrive: reject them now rather than at their time-out.
        for (const reject of this.#inFlight) reject(new Error('the connection to NATS was lost'));
      } else if (status.type === 'reconnect') {
        this.#onConnected(connected).then(
          () => this.#options.logger.info('NATS reconnected'),
          () => undefined,
        );
      }
    }
  }

  /** Retries until it succeeds or the transport closes: an unreachable broker does not end the service. */
  async #retryUntilDone<T>(what: string, action: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        if (this.#closing.signal.aborted) throw error;
        if (attempt % 20 === 0) this.#options.logger.warn({ err: error, what }, 'NATS does not respond, retrying');
        await delay(250, undefined, { signal: this.#closing.signal });
      }
    }
  }
}

/** Connects in the background and retries for ever, so a service also starts while the broker is unreachable. */
export const createJetStreamTransport = (options: JetStreamOptions): Transport => new JetStreamTransport(options);
