import type { Consumer, ConsumerInfo, ConsumerMessages, JetStreamClient } from '@nats-io/jetstream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from '../../listening/delivery-queue.ts';
import { describe } from '../../listening/listener.ts';
import type { Subscription, SubscriptionOptions } from '../transport.ts';
import { isStalled } from './is-stalled.ts';
import { JetStreamMessage } from './message.ts';
import { pullTimeouts } from './options.ts';

interface ConsumerOptions extends SubscriptionOptions {
  readonly ackWaitMs: number;
  readonly prefixLength: number;
  /** Creates the durable consumer, or updates it to this version's settings. */
  readonly ensure: () => Promise<ConsumerInfo>;
  /** Undefined when the broker has no such consumer. */
  readonly find: () => Promise<ConsumerInfo | undefined>;
  readonly client: JetStreamClient;
  readonly logger: Logger;
  readonly closing: AbortSignal;
  readonly onStop: () => void;
}

/** Messages of one pull: together with `queueLimit`, a replica holds at most 1,000 messages that it does not handle yet. */
const pullSize = 200;

export class JetStreamConsumer implements Subscription {
  readonly #options: ConsumerOptions;
  readonly #queue: DeliveryQueue<JetStreamMessage>;
  #messages: ConsumerMessages | undefined;
  /** When the broker created the consumer that `#messages` pulls from. */
  #created: string | undefined;
  /** The consumer at the last check. */
  #checked: ConsumerInfo | undefined;
  #wanted = true;
  /** Number of the latest call of `open`; earlier ones are abandoned. */
  #opening = 0;
  #isOpening = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue<JetStreamMessage>({
      maxBatch: options.maxBatch,
      concurrency: options.concurrency,
      lingerMs: options.lingerMs,
      keepAliveMs: options.ackWaitMs / 3,
      handle: (items) => options.onMessages(items),
      onTimeout: () =>
        options.logger.error({ durable: options.durable }, 'messages not handled in time, they will be redelivered'),
    });
  }

  /** Starts receiving, again after a reconnection. Resolves once that works or is no longer wanted. */
  async open(): Promise<void> {
    this.#opening += 1;
    const own = this.#opening;
    const isWanted = () => this.#wanted && own === this.#opening && !this.#options.closing.aborted;
    this.#isOpening = true;
    for (let attempt = 0; isWanted(); attempt += 1) {
      try {
        const info = await this.#options.ensure();
        if (isWanted()) {
          this.#messages?.stop();
          this.#created = info.created;
          this.#isOpening = false;
          void this.#receive(this.#options.client.consumers.getConsumerFromInfo(info), isWanted);
        }
        return;
      } catch (error) {
        const { logger, durable, closing } = this.#options;
        if (attempt % 20 === 0) logger.warn({ err: error, durable }, 'not subscribed yet, retrying');
        await delay(250, undefined, { signal: closing, ref: false }).catch(() => undefined);
      }
    }
  }

  /**
   * Opens it again when the broker has lost the consumer, has one that this process does not pull from, or has delivered
   * nothing of what is pending since the last check.
   */
  async check(): Promise<void> {
    if (!this.#wanted || this.#isOpening) return;
    const info = await this.#options.find();
    const before = this.#checked;
    this.#checked = info;
    if (info?.created !== this.#created) this.#reopen(info === undefined ? 'no such consumer' : 'another consumer');
    else if (before !== undefined && info !== undefined && isStalled(before, info) && this.#queue.isEmpty())
      this.#reopen('pending events are not delivered');
  }

  #reopen(reason: string): void {
    if (!this.#wanted || this.#isOpening) return;
    this.#options.logger.warn({ durable: this.#options.durable, reason }, 'subscribing again');
    void this.open();
  }

  /**
   * Pulls while there is room. A pull is rejected when heartbeats are missed, and when the consumer or the stream is gone.
   */
  async #receive(consumer: Consumer, isWanted: () => boolean): Promise<void> {
    try {
      while (isWanted()) {
        await this.#queue.untilRoom();
        if (!isWanted()) return;
        const messages = await consumer.fetch({
          max_messages: pullSize,
          ...pullTimeouts,
          // Skips the look-up of the consumer: `ensure` has just returned it.
          bind: true,
        });
        if (!isWanted()) {
          messages.stop();
          return;
        }
        this.#messages = messages;
        for await (const message of messages) {
          this.#queue.push(new JetStreamMessage(message, this.#options.prefixLength));
        }
      }
    } catch (error) {
      if (isWanted()) this.#reopen(describe(error));
    }
  }

  pause(): void {
    this.#end();
    // Replicas pause for the same reason, so without a delay the message would bounce between them.
    this.#queue.returnWaiting(500);
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
    this.#isOpening = false;
    this.#messages?.stop();
    this.#messages = undefined;
  }
}
