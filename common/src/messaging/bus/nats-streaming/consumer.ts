import type { Message, Subscription as StanSubscription } from 'node-nats-streaming';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from '../../listening/delivery-queue.ts';
import type { Subscription, SubscriptionOptions } from '../transport.ts';
import { toError, type Link } from './link.ts';
import { NatsStreamingMessage, type HeldMessage } from './message.ts';

/**
 * Messages that are held for later count as in flight; the limit is high so that they do not block the rest. They are in this
 * process's memory: 20 MB.
 */
const maxInFlight = 5_000;

interface ConsumerOptions extends SubscriptionOptions {
  readonly channel: string;
  readonly ackWaitMs: number;
  readonly logger: Logger;
  readonly onStop: () => void;
}

export class NatsStreamingConsumer implements Subscription {
  readonly #options: ConsumerOptions;
  readonly #queue: DeliveryQueue<NatsStreamingMessage>;
  readonly #held = new Map<string, HeldMessage>();
  #link: Link | undefined;
  #opened: { readonly subscription: StanSubscription; readonly link: Link } | undefined;
  #wanted = true;
  /** Whether deliveries are accepted; false until an earlier pause has completed. */
  #accepting = true;
  /** Serialises opening and closing of the server's subscription. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue<NatsStreamingMessage>({
      maxBatch: options.maxBatch,
      concurrency: options.concurrency,
      lingerMs: options.lingerMs,
      keepAliveMs: options.ackWaitMs,
      handle: async (items) => {
        try {
          await options.onMessages(items);
        } finally {
          for (const item of items) item.abandon();
        }
      },
      onTimeout: (items) => {
        options.logger.error({ durable: options.durable }, 'messages not handled in time, they will be redelivered');
        for (const item of items) item.abandon();
      },
    });
  }

  /** Starts receiving on a connection; returns whether that worked. Held messages are kept. */
  attach(link: Link): Promise<boolean> {
    this.#link = link;
    return this.#change(() => this.#open(link));
  }

  pause(): void {
    this.#wanted = false;
    this.#returnWaiting();
    // Acks belong to the subscription, so it is closed after the messages being handled. Unacked ones go to other replicas.
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
    this.#returnWaiting();
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
      this.#accepting = true;
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
        this.#options.logger.warn({ err: outcome, durable: this.#options.durable }, 'not subscribed yet, retrying');
        await delay(250, undefined, { ref: false });
      }
    }
    return !link.isLost();
  }

  /** Closes the subscription and keeps the durable one, which `unsubscribe` would remove. */
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
    // Neither accepted nor acked: it goes to other replicas once this subscription is closed.
    if (!this.#accepting) return;
    // Sequence numbers restart when the store is emptied, so the key includes the timestamp.
    const key = `${message.getSequence()}-${message.getTimestampRaw()}`;
    const known = this.#held.get(key);
    if (known !== undefined) {
      known.latest = { message, link };
      return;
    }
    const held: HeldMessage = { key, latest: { message, link }, timer: undefined };
    this.#held.set(key, held);
    this.#enqueue(held);
  }

  #enqueue(held: HeldMessage): void {
    held.timer = undefined;
    this.#queue.push(
      new NatsStreamingMessage(this.#options.subject, held, {
        ack: () => {
          this.#held.delete(held.key);
          if (!held.latest.link.isLost()) held.latest.message.ack();
        },
        hold: (delayMs) => {
          if (!this.#accepting) {
            this.#held.delete(held.key);
            return;
          }
          held.timer = setTimeout(() => this.#enqueue(held), delayMs).unref();
        },
        forget: () => this.#held.delete(held.key),
      }),
    );
  }

  #returnWaiting(): void {
    this.#accepting = false;
    this.#queue.returnWaiting(0);
    for (const { key, timer } of this.#held.values()) {
      if (timer === undefined) continue;
      clearTimeout(timer);
      this.#held.delete(key);
    }
  }
}
