import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import { natsServers } from '../nats-servers.ts';
import type {
  EventStore,
  OutboundMessage,
  StoreGuard,
  Subscription,
  SubscriptionOptions,
  Transport,
} from '../transport.ts';
import { JetStreamConsumer } from './consumer.ts';
import type { JetStreamOptions } from './options.ts';
import { retryUntilDone } from './retry-until-done.ts';
import { ensureConsumer, findConsumer } from './ensure-consumer.ts';
import {
  ensureStream,
  hasStream,
  isApiError,
  streamMaxBytes,
  streamName,
  streamNotFound,
  subjectPrefix,
} from './ensure-stream.ts';
import { Acknowledgements, createEventStore } from './event-store.ts';

const ackWaitMs = 3_000;
const publishTimeoutMs = 3_000;
const requestTimeoutMs = 2_000;
/** How often the stream and the consumers are looked up, besides after missed heartbeats and failed publications. */
const checkEveryMs = 60_000;
/** At most this often after failures. */
const checkAfterFailureMs = 5_000;

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
  readonly store: EventStore;
  readonly #acknowledgements = new Acknowledgements();
  readonly #connected: Promise<Connected>;
  readonly #closing = new AbortController();
  readonly #consumers = new Set<JetStreamConsumer>();
  /** Rejects each publication that waits for its acknowledgement. */
  readonly #inFlight = new Set<(error: Error) => void>();
  #connection: NatsConnection | undefined;
  #now: Connected | undefined;
  #up = false;
  #mayPublish = false;
  #guard: StoreGuard | undefined;
  #checkedAt = 0;
  /** Number of the connection: what was started on an earlier one is abandoned. */
  #generation = 0;

  constructor(options: JetStreamOptions) {
    this.#options = options;
    this.#stream = streamName(options.namespace);
    this.#prefix = subjectPrefix(options.namespace);
    this.#ackWaitMs = options.ackWaitMs ?? ackWaitMs;
    this.#connected = this.#connect();
    this.#connected.catch(() => undefined);
    this.store = createEventStore({
      manager: async () => {
        if (this.#now === undefined || !this.#up) throw new Error('NATS is not connected');
        return this.#now.manager;
      },
      stream: this.#stream,
      prefix: this.#prefix,
      acknowledgements: this.#acknowledgements,
    });
    void this.#checkRepeatedly();
  }

  guard(guard: StoreGuard): void {
    this.#guard = guard;
  }

  isConnected(): boolean {
    return this.#up;
  }

  async publish(message: OutboundMessage): Promise<void> {
    const client = this.#now?.client;
    if (client === undefined || !this.#up) throw new Error('NATS is not connected');
    if (!this.#mayPublish) throw new Error('the event store has not been checked since the connection');
    const lost = Promise.withResolvers<never>();
    this.#inFlight.add(lost.reject);
    const sentAfter = this.#acknowledgements.sending();
    const options = { msgID: message.id, timeout: publishTimeoutMs };
    try {
      const sent = client.publish(this.#prefix + message.subject, message.body, options);
      const { seq, duplicate } = await Promise.race([sent, lost.promise]);
      // That of a duplicate is the sequence of the first message.
      if (!duplicate && this.#acknowledgements.add({ sequence: seq, id: message.id }, sentAfter)) {
        this.#guard?.onRewound();
      }
    } catch (error) {
      // The stream may be gone.
      if (performance.now() - this.#checkedAt > checkAfterFailureMs) void this.#check().catch(() => undefined);
      throw error;
    } finally {
      this.#inFlight.delete(lost.reject);
    }
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    const connected = await this.#connected;
    const consumer = new JetStreamConsumer({
      ...options,
      ackWaitMs: this.#ackWaitMs,
      prefixLength: this.#prefix.length,
      ensure: async () => {
        const settings = { ...options, subject: this.#prefix + options.subject, ackWaitMs: this.#ackWaitMs };
        try {
          return await ensureConsumer(connected.manager, this.#stream, settings);
        } catch (error) {
          if (isApiError(error, streamNotFound)) await this.#ensureStream(connected);
          throw error;
        }
      },
      find: () => findConsumer(connected.manager, this.#stream, options.durable),
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
    const connection = await this.#retry('connection to NATS', () =>
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
    this.#now = connected;
    void this.#follow(connection, connected);
    await this.#onConnected(connected);
    return connected;
  }

  /** After each (re)connection: the server may have lost its data, or may still be starting. */
  async #onConnected(connected: Connected): Promise<void> {
    this.#generation += 1;
    const generation = this.#generation;
    await this.#retry('look-up of the stream', async () => {
      if (generation !== this.#generation) return;
      await this.#ensureStream(connected);
    });
    if (generation !== this.#generation) return;
    this.#up = true;
    for (const consumer of this.#consumers) void consumer.open();
    // Listeners do not wait for it.
    if (this.#guard === undefined) this.#mayPublish = true;
    else void this.#passGuard(this.#guard, generation).catch(() => undefined);
  }

  async #passGuard(guard: StoreGuard, generation: number): Promise<void> {
    await this.#retry('check of the event store', async () => {
      if (generation === this.#generation) await guard.beforePublishing(this.store);
    });
    if (generation === this.#generation) this.#mayPublish = true;
  }

  #retry<T>(what: string, action: () => Promise<T>): Promise<T> {
    return retryUntilDone({ what, logger: this.#options.logger, signal: this.#closing.signal }, action);
  }

  #ensureStream({ manager }: Connected): Promise<void> {
    const { replicas = 1, maxBytes = streamMaxBytes, logger } = this.#options;
    return ensureStream(manager, { name: this.#stream, prefix: this.#prefix, replicas, maxBytes }, logger);
  }

  async #checkRepeatedly(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await delay(checkEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      await this.#check().catch((error: unknown) =>
        this.#options.logger.warn({ err: error }, 'the stream and its consumers could not be checked'),
      );
    }
  }

  /** Creates again what has been deleted while the connection was there, and adds subjects that another version has removed. */
  async #check(): Promise<void> {
    const connected = this.#now;
    if (connected === undefined || !this.#up || this.#closing.signal.aborted) return;
    this.#checkedAt = performance.now();
    const stream = { name: this.#stream, prefix: this.#prefix };
    if (!(await hasStream(connected.manager, stream))) await this.#ensureStream(connected);
    await Promise.all([...this.#consumers].map((consumer) => consumer.check()));
  }

  async #follow(connection: NatsConnection, connected: Connected): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') {
        if (this.#up) this.#options.logger.warn({ status: status.type }, 'NATS connection lost');
        this.#up = false;
        this.#mayPublish = false;
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
}

/** Connects in the background and retries for ever, so a service also starts while the broker is unreachable. */
export const createJetStreamTransport = (options: JetStreamOptions): Transport => new JetStreamTransport(options);
