import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as delay } from 'node:timers/promises';
import { natsServers } from '../nats-servers.ts';
import type {
  EventStore,
  Follower,
  FollowOptions,
  OutboundMessage,
  StoreGuard,
  Subscription,
  SubscriptionOptions,
  Transport,
} from '../transport.ts';
import { JetStreamConsumer } from './consumer.ts';
import { JetStreamFollower } from './follower.ts';
import type { JetStreamOptions } from './options.ts';
import { createReconnectDelay } from './reconnect-delay.ts';
import { retryUntilDone } from './retry-until-done.ts';
import { ensureConsumer, findConsumer } from './ensure-consumer.ts';
import {
  ensureStream,
  hasStream,
  isApiError,
  streamMaxBytes,
  streamNotFound,
  streamsOf,
  subjectPrefix,
} from './ensure-stream.ts';
import { Acknowledgements, createEventStore } from './event-store.ts';

const ackWaitMs = 3_000;
const publishTimeoutMs = 3_000;
const requestTimeoutMs = 2_000;
/** How often the stream and the consumers are looked up, besides after missed heartbeats and failed publications. */
const checkEveryMs = 20_000;
/** At most this often after failures. */
const checkAfterFailureMs = 5_000;

interface Connected {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

class JetStreamTransport implements Transport {
  readonly name = 'jetstream';
  readonly #options: JetStreamOptions;
  readonly #streams: ReturnType<typeof streamsOf>;
  readonly #prefix: string;
  readonly #ackWaitMs: number;
  readonly store: EventStore;
  readonly #acknowledgements = new Acknowledgements();
  readonly #connected: Promise<Connected>;
  readonly #closing = new AbortController();
  readonly #consumers = new Set<JetStreamConsumer>();
  readonly #followers = new Set<JetStreamFollower>();
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
    const { namespace, replicas = 1, maxBytes = streamMaxBytes } = options;
    this.#streams = streamsOf({ namespace, replicas, maxBytes });
    this.#prefix = subjectPrefix(options.namespace);
    this.#ackWaitMs = options.ackWaitMs ?? ackWaitMs;
    this.#connected = this.#connect();
    this.#connected.catch(() => undefined);
    this.store = createEventStore({
      manager: async () => {
        if (this.#now === undefined || !this.#up) throw new Error('NATS is not connected');
        return this.#now.manager;
      },
      stream: this.#streams.events.name,
      sessionStream: this.#streams.sessions.name,
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
      const { seq, duplicate, stream } = await Promise.race([sent, lost.promise]);
      // That of a duplicate is the sequence of the first message; another stream has sequences of its own.
      const isNew = !duplicate && stream === this.#streams.events.name;
      if (isNew && this.#acknowledgements.add({ sequence: seq, id: message.id }, sentAfter)) {
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
          return await ensureConsumer(connected.manager, this.#streams.events.name, settings);
        } catch (error) {
          if (isApiError(error, streamNotFound)) await this.#ensureStreams(connected);
          throw error;
        }
      },
      find: () => findConsumer(connected.manager, this.#streams.events.name, options.durable),
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

  follow({ subject, ...options }: FollowOptions): Follower {
    const follower = new JetStreamFollower({
      ...options,
      stream: (subject.startsWith('session.') ? this.#streams.sessions : this.#streams.events).name,
      subject: this.#prefix + subject,
      logger: this.#options.logger,
      closing: this.#closing.signal,
      onStop: () => this.#followers.delete(follower),
    });
    this.#followers.add(follower);
    if (this.#now !== undefined && this.#up) follower.open(this.#now);
    return follower;
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
        reconnectDelayHandler: createReconnectDelay(),
        timeout: 2_000,
        pingInterval: 2_000,
        maxPingOut: 2,
        // Otherwise the client gives up when a starting server refuses it twice.
        ignoreAuthErrorAbort: true,
        // Otherwise each publication creates two errors with their stacks in advance, which cost as much as the rest of it.
        noAsyncTraces: true,
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
      await this.#ensureStreams(connected);
    });
    if (generation !== this.#generation) return;
    this.#up = true;
    for (const consumer of this.#consumers) void consumer.open();
    for (const follower of this.#followers) follower.open(connected);
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

  async #ensureStreams({ manager }: Connected): Promise<void> {
    const { events, sessions } = this.#streams;
    for (const settings of [events, sessions]) await ensureStream(manager, settings, this.#options.logger);
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
    const { manager } = connected;
    const { events, sessions } = this.#streams;
    if (!(await hasStream(manager, events)) || !(await hasStream(manager, sessions))) {
      await this.#ensureStreams(connected);
    }
    await Promise.all([...this.#consumers, ...this.#followers].map((one) => one.check(connected)));
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
