import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { natsServers } from '../nats-servers.ts';
import type {
  Follower,
  FollowOptions,
  OutboundMessage,
  Subscription,
  SubscriptionOptions,
  Transport,
} from '../transport.ts';
import { NatsStreamingConsumer } from './consumer.ts';
import { NatsStreamingFollower } from './follower.ts';
import { openLink, type Link } from './link.ts';

const ackWaitMs = 5_000;

export interface NatsStreamingOptions {
  readonly url: string;
  readonly clusterId: string;
  readonly clientName: string;
  readonly logger: Logger;
  /** Set by tests only: separate channels on a shared server. */
  readonly namespace?: string;
  /** Shortened by tests only: a message that is not acked for this long is redelivered. */
  readonly ackWaitMs?: number;
}

/**
 * NATS Streaming supports neither delayed redelivery nor in-progress signals. So this replica keeps track of the messages
 * it holds, being handled or delayed, and ignores redeliveries of them. The server may still redeliver them to another
 * replica: a delay longer than the ack wait may be cut short, and slow work may be done twice.
 */
class NatsStreamingTransport implements Transport {
  readonly name = 'nats-streaming';
  readonly store = undefined;
  readonly #options: NatsStreamingOptions;
  // The same for all connections of this process: the server then replaces the previous connection with the new one.
  readonly #clientId: string;
  readonly #prefix: string;
  readonly #consumers = new Set<NatsStreamingConsumer>();
  readonly #followers = new Set<NatsStreamingFollower>();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #link: Link | undefined;
  #waiting: (() => void)[] = [];

  constructor(options: NatsStreamingOptions) {
    this.#options = options;
    this.#clientId = `${options.clientName}-${randomUUID()}`;
    this.#prefix = options.namespace === undefined ? '' : `${options.namespace}.`;
    this.#running = this.#run();
  }

  guard(): void {
    // There is no event store to guard.
  }

  isConnected(): boolean {
    return this.#link !== undefined;
  }

  async publish(message: OutboundMessage): Promise<void> {
    if (this.#link === undefined) throw new Error('NATS Streaming is not connected');
    await this.#link.publish(this.#prefix + message.subject, message.body);
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    const consumer = new NatsStreamingConsumer({
      ...options,
      channel: this.#prefix + options.subject,
      ackWaitMs: this.#options.ackWaitMs ?? ackWaitMs,
      logger: this.#options.logger,
      onStop: () => this.#consumers.delete(consumer),
    });
    this.#consumers.add(consumer);
    for (;;) {
      if (this.#closing.signal.aborted) throw new Error('NATS Streaming transport is closed');
      const link = this.#link;
      if (link !== undefined && (await consumer.attach(link))) return consumer;
      await this.#untilLinked(link);
    }
  }

  follow({ subject, ...options }: FollowOptions): Follower {
    const follower = new NatsStreamingFollower({
      ...options,
      channel: this.#prefix + subject,
      onStop: () => this.#followers.delete(follower),
    });
    this.#followers.add(follower);
    if (this.#link !== undefined) follower.open(this.#link);
    return follower;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#link?.close();
    await this.#running;
  }

  /** Connects, attaches every consumer to the connection, and reconnects whenever it is lost. */
  async #run(): Promise<void> {
    const { logger, url, clusterId } = this.#options;
    const { servers, ...credentials } = natsServers(url);
    for (let attempt = 0; !this.#closing.signal.aborted; attempt += 1) {
      try {
        const link = await openLink({
          url: servers[attempt % servers.length] ?? url,
          credentials,
          clusterId,
          clientId: this.#clientId,
          signal: this.#closing.signal,
        });
        if (attempt > 0) logger.info('NATS Streaming reconnected');
        attempt = 0;
        this.#link = link;
        for (const consumer of this.#consumers) void consumer.attach(link);
        for (const follower of this.#followers) follower.open(link);
        this.#wake();
        await link.lost;
        this.#link = undefined;
        if (!this.#closing.signal.aborted) logger.warn('NATS Streaming connection lost');
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (attempt % 20 === 0) logger.warn({ err: error }, 'NATS Streaming does not respond, retrying');
      }
      await delay(200, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when there is a connection other than `failed`, or this transport closes. */
  async #untilLinked(failed: Link | undefined): Promise<void> {
    while (!this.#closing.signal.aborted && (this.#link === undefined || this.#link === failed)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** Connects in the background and retries for ever, so a service also starts while the broker is unreachable. */
export const createNatsStreamingTransport = (options: NatsStreamingOptions): Transport =>
  new NatsStreamingTransport(options);
