import type { Message, Subscription as StanSubscription } from 'node-nats-streaming';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from '../../listening/delivery-queue.ts';
import type { Subscription, SubscriptionOptions } from '../transport.ts';
import { toError, type Link } from './link.ts';
import { NatsStreamingMessage, type InHand } from './message.ts';

/** Messages that are held for later count as in flight; the limit is high so that they do not block the rest. */
const maxInFlight = 20_000;

interface ConsumerOptions extends SubscriptionOptions {
  readonly channel: string;
  readonly ackWaitMs: number;
  readonly logger: Logger;
  readonly onStop: () => void;
}

export class NatsStreamingConsumer implements Subscription {
  readonly #options: ConsumerOptions;
  readonly #queue: DeliveryQueue<NatsStreamingMessage>;
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
    this.#queue = new DeliveryQueue<NatsStreamingMessage>({
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
      new NatsStreamingMessage(this.#options.subject, inHand, {
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
