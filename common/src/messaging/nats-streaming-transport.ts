import { connect, type Message, type Stan, type Subscription as StanSubscription } from 'node-nats-streaming';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from './delivery-queue.ts';
import { natsServers, type NatsServers } from './nats-servers.ts';
import type { InboundMessage, OutboundMessage, Subscription, SubscriptionOptions, Transport } from './transport.ts';

const ackWaitMs = 5_000;
const publishTimeoutMs = 3_000;
/** For the server's answer to anything but a publication. */
const requestTimeoutMs = 2_000;
const connectTimeoutMs = 5_000;
const pingEveryMs = 1_000;
/** Messages that wait for a delay count as in flight: few may not block the rest. */
const maxInFlight = 20_000;

export interface NatsStreamingOptions {
  readonly url: string;
  readonly clusterId: string;
  readonly clientName: string;
  readonly logger: Logger;
  /** Set by tests only: channels of their own on a shared server. */
  readonly namespace?: string;
  /** Shortened by tests only: after this long a message that was not acked is delivered again. */
  readonly ackWaitMs?: number;
}

/**
 * NATS Streaming keeps no delays and knows nothing of work in progress. So this replica remembers what it has in hand,
 * in work or held for later, and ignores the deliveries that the server repeats of it meanwhile. To another replica
 * the server may repeat them: a delay longer than the ack wait can be cut short by that, and slow work be done twice.
 */
class NatsStreamingTransport implements Transport {
  readonly name = 'nats-streaming';
  readonly #options: NatsStreamingOptions;
  // One for all connections of this process: the server then ends the previous one in favour of the next.
  readonly #clientId: string;
  readonly #prefix: string;
  readonly #consumers = new Set<Consumer>();
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

  isConnected(): boolean {
    return this.#link !== undefined;
  }

  async publish(message: OutboundMessage): Promise<void> {
    if (this.#link === undefined) throw new Error('NATS Streaming is not connected');
    await this.#link.publish(this.#prefix + message.subject, message.body);
  }

  async subscribe(options: SubscriptionOptions): Promise<Subscription> {
    const consumer = new Consumer({
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

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#link?.close();
    await this.#running;
  }

  /** Connects, gives the connection to every consumer and begins anew whenever it is lost. */
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
        if (attempt > 0) logger.info('NATS Streaming is back');
        attempt = 0;
        this.#link = link;
        for (const consumer of this.#consumers) void consumer.attach(link);
        this.#wake();
        await link.lost;
        this.#link = undefined;
        if (!this.#closing.signal.aborted) logger.warn('NATS Streaming is away');
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (attempt % 20 === 0) logger.warn({ err: error }, 'NATS Streaming does not answer yet');
      }
      await delay(200, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when there is another connection than `failed`, or this transport closes. */
  async #untilLinked(failed: Link | undefined): Promise<void> {
    while (!this.#closing.signal.aborted && (this.#link === undefined || this.#link === failed)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** One connection to the server, from when it is there until it is lost. */
interface Link {
  readonly stan: Stan;
  readonly lost: Promise<void>;
  isLost(): boolean;
  publish(channel: string, body: string): Promise<void>;
  close(): Promise<void>;
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** @throws when the server does not answer in time. */
const openLink = async (options: {
  readonly url: string;
  readonly credentials: Omit<NatsServers, 'servers'>;
  readonly clusterId: string;
  readonly clientId: string;
  readonly signal: AbortSignal;
}): Promise<Link> => {
  const stan = connect(options.clusterId, options.clientId, {
    ...options.credentials,
    url: options.url,
    // A connection that the library mends keeps no promise of what was under way: a new one begins from the known.
    reconnect: false,
    connectTimeout: requestTimeoutMs,
    ackTimeout: publishTimeoutMs,
    maxPubAcksInflight: Number.MAX_SAFE_INTEGER,
    stanPingInterval: pingEveryMs,
    stanMaxPingOut: 2,
  });
  let lost = false;
  const whenLost = new Promise<void>((resolve) => {
    const onLost = () => {
      lost = true;
      resolve();
    };
    // 'disconnect' comes first of all: what the library then tells pending publications looks like success.
    for (const event of ['disconnect', 'connection_lost', 'error', 'close']) stan.on(event, onLost);
  });
  const abandon = () => {
    try {
      stan.close();
    } catch {
      // It is closed already.
    }
  };
  const connected = await Promise.race([
    once(stan, 'connect', { signal: options.signal }).then(
      () => true,
      (error: unknown) => toError(error),
    ),
    whenLost.then(() => new Error('the connection was lost')),
    delay(connectTimeoutMs, undefined, { ref: false }).then(() => new Error('the server does not answer')),
  ]);
  if (connected !== true) {
    abandon();
    throw connected;
  }
  return {
    stan,
    lost: whenLost,
    isLost: () => lost,
    publish: (channel, body) =>
      new Promise((resolve, reject) => {
        if (lost) {
          reject(new Error('NATS Streaming is not connected'));
          return;
        }
        stan.publish(channel, body, (error) => {
          if (error === undefined && !lost) resolve();
          else reject(toError(error ?? 'the connection was lost'));
        });
      }),
    close: async () => {
      if (lost) return;
      abandon();
      // What was written before, acks above all, is sent before the server answers this.
      await Promise.race([whenLost, delay(1_000, undefined, { ref: false })]);
    },
  };
};

/** A message that this replica has: waiting, in work or held. `latest` is the newest delivery of it. */
interface InHand {
  readonly key: string;
  latest: { readonly message: Message; readonly link: Link };
  /** Set while it is held. */
  timer: NodeJS.Timeout | undefined;
}

interface ConsumerOptions extends SubscriptionOptions {
  readonly channel: string;
  readonly ackWaitMs: number;
  readonly logger: Logger;
  readonly onStop: () => void;
}

class Consumer implements Subscription {
  readonly #options: ConsumerOptions;
  readonly #queue: DeliveryQueue<Received>;
  readonly #inHand = new Map<string, InHand>();
  #link: Link | undefined;
  #opened: { readonly subscription: StanSubscription; readonly link: Link } | undefined;
  #wanted = true;
  /** Whether deliveries are accepted: not before the end of an earlier pause, which may still be under way. */
  #taking = true;
  /** Opening and closing of the server's subscription, one after the other. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue<Received>({
      maxBatch: options.maxBatch,
      concurrency: options.concurrency,
      keepAliveMs: options.ackWaitMs,
      handle: async (items) => {
        try {
          await options.onMessages(items);
        } finally {
          for (const item of items) item.abandon();
        }
      },
    });
  }

  /** Begins to receive on a connection; answers whether that worked. What is in hand stays so. */
  attach(link: Link): Promise<boolean> {
    this.#link = link;
    return this.#change(() => this.#open(link));
  }

  pause(): void {
    this.#wanted = false;
    this.#giveBack();
    // Acks go by the subscription, so it ends after what is in work. All that was not acked then goes to others.
    void this.#change(async () => {
      await this.#queue.idle();
      await this.#close();
    });
  }

  resume(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#change(async () => {
      if (this.#link !== undefined) await this.#open(this.#link);
    });
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.#giveBack();
    await this.#queue.close();
    await this.#change(() => this.#close());
    this.#options.onStop();
  }

  #change<T>(action: () => Promise<T>): Promise<T> {
    const next = this.#changes.then(action);
    this.#changes = next.catch(() => undefined);
    return next;
  }

  async #open(link: Link): Promise<boolean> {
    while (this.#wanted && !link.isLost()) {
      this.#taking = true;
      if (this.#opened?.link === link) return true;
      const settings = link.stan
        .subscriptionOptions()
        .setDurableName(this.#options.durable)
        .setDeliverAllAvailable()
        .setManualAckMode(true)
        .setMaxInFlight(maxInFlight)
        .setAckWait(this.#options.ackWaitMs);
      const subscription = link.stan.subscribe(this.#options.channel, this.#options.durable, settings);
      subscription.on('message', (message: Message) => this.#receive(message, link));
      const outcome = await Promise.race([
        new Promise<Error | undefined>((resolve) => {
          subscription.on('ready', () => resolve(undefined));
          subscription.on('error', (error: unknown) => resolve(toError(error)));
          subscription.on('timeout', (error: unknown) => resolve(toError(error)));
        }),
        link.lost.then(() => new Error('the connection was lost')),
      ]);
      if (outcome === undefined) {
        this.#opened = { subscription, link };
        return true;
      }
      if (!link.isLost()) {
        this.#options.logger.warn({ err: outcome, durable: this.#options.durable }, 'not subscribed yet');
        await delay(250, undefined, { ref: false });
      }
    }
    return !link.isLost();
  }

  /** Ends the server's subscription and keeps the durable one: `unsubscribe` would remove it. */
  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined || opened.link.isLost()) return;
    const { subscription, link } = opened;
    const closed = new Promise<void>((resolve) => {
      for (const event of ['closed', 'error', 'timeout']) subscription.on(event, () => resolve());
    });
    subscription.close();
    await Promise.race([closed, link.lost]);
  }

  #receive(message: Message, link: Link): void {
    // Not taken, not acked: it goes to others as soon as this subscription has ended.
    if (!this.#taking) return;
    // Sequences begin anew in an emptied store, so the time of storing belongs to the key.
    const key = `${message.getSequence()}-${message.getTimestampRaw()}`;
    const known = this.#inHand.get(key);
    if (known !== undefined) {
      known.latest = { message, link };
      return;
    }
    const inHand: InHand = { key, latest: { message, link }, timer: undefined };
    this.#inHand.set(key, inHand);
    this.#handOver(inHand);
  }

  #handOver(inHand: InHand): void {
    inHand.timer = undefined;
    this.#queue.push(
      new Received(this.#options.subject, inHand, {
        ack: () => {
          this.#inHand.delete(inHand.key);
          if (!inHand.latest.link.isLost()) inHand.latest.message.ack();
        },
        hold: (delayMs) => {
          if (!this.#taking) {
            this.#inHand.delete(inHand.key);
            return;
          }
          inHand.timer = setTimeout(() => this.#handOver(inHand), delayMs).unref();
        },
        forget: () => this.#inHand.delete(inHand.key),
      }),
    );
  }

  #giveBack(): void {
    this.#taking = false;
    this.#queue.giveBack(0);
    for (const { key, timer } of this.#inHand.values()) {
      if (timer === undefined) continue;
      clearTimeout(timer);
      this.#inHand.delete(key);
    }
  }
}

interface Settling {
  readonly ack: () => void;
  readonly hold: (delayMs: number) => void;
  readonly forget: () => void;
}

/** One handing over of a message. */
class Received implements InboundMessage {
  readonly subject: string;
  readonly key: string;
  readonly #inHand: InHand;
  readonly #on: Settling;
  #done = false;

  constructor(subject: string, inHand: InHand, on: Settling) {
    this.subject = subject;
    this.key = inHand.key;
    this.#inHand = inHand;
    this.#on = on;
  }

  get body(): string {
    return this.#inHand.latest.message.getRawData().toString('utf8');
  }

  readonly ack = (): void => {
    if (this.#done) return;
    this.#done = true;
    this.#on.ack();
  };

  readonly nak = (delayMs: number): void => {
    if (this.#done) return;
    this.#done = true;
    this.#on.hold(delayMs);
  };

  readonly working = (): void => undefined;

  /** Neither acked nor given back by its handler: the next delivery of it is a new one. */
  abandon(): void {
    if (this.#done) return;
    this.#done = true;
    this.#on.forget();
  }
}

/** Connects in the background and for ever: a broker that is away stops no service. */
export const createNatsStreamingTransport = (options: NatsStreamingOptions): Transport =>
  new NatsStreamingTransport(options);
