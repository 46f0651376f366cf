import type { ConsumerInfo, ConsumerMessages, JetStreamClient } from '@nats-io/jetstream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { DeliveryQueue } from '../../listening/delivery-queue.ts';
import type { Subscription, SubscriptionOptions } from '../transport.ts';
import { JetStreamMessage } from './message.ts';

interface ConsumerOptions extends SubscriptionOptions {
  readonly ackWaitMs: number;
  readonly prefixLength: number;
  /** Creates the durable consumer, or updates it to this version's settings. */
  readonly ensure: () => Promise<ConsumerInfo>;
  readonly client: JetStreamClient;
  readonly logger: Logger;
  readonly closing: AbortSignal;
  readonly onStop: () => void;
}

export class JetStreamConsumer implements Subscription {
  readonly #options: ConsumerOptions;
  readonly #queue: DeliveryQueue<JetStreamMessage>;
  #messages: ConsumerMessages | undefined;
  #wanted = true;
  /** Number of the latest call of `open`; earlier ones are abandoned. */
  #opening = 0;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#queue = new DeliveryQueue<JetStreamMessage>({
      maxBatch: options.maxBatch,
      concurrency: options.concurrency,
      keepAliveMs: options.ackWaitMs / 3,
      handle: (items) => options.onMessages(items),
    });
  }

  /** Starts receiving, again after a reconnection. Resolves once that works or is no longer wanted. */
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
          // A pull request that the server has lost is noticed after two missed heartbeats and repeated.
          idle_heartbeat: 1_000,
          // Skips the look-up of the consumer: `ensure` has just returned it.
          bind: true,
          callback: (message) => this.#queue.push(new JetStreamMessage(message, this.#options.prefixLength)),
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
        if (attempt % 20 === 0) logger.warn({ err: error, durable }, 'not subscribed yet, retrying');
        await delay(250, undefined, { signal: closing, ref: false }).catch(() => undefined);
      }
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
    this.#messages?.stop();
    this.#messages = undefined;
  }
}
