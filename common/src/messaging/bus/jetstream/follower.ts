import { DeliverPolicy, type ConsumerMessages, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import type { Follower, FollowOptions } from '../transport.ts';
import { pullTimeouts } from './options.ts';
import { retryUntilDone } from './retry-until-done.ts';

interface FollowerOptions extends FollowOptions {
  readonly stream: string;
  readonly logger: Logger;
  readonly closing: AbortSignal;
  readonly onStop: () => void;
}

interface Connected {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** Reads one subject of a stream through an ordered consumer, which the broker forgets when this process goes away. */
export class JetStreamFollower implements Follower {
  readonly #options: FollowerOptions;
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  #messages: ConsumerMessages | undefined;
  /** When the stream was created that `#messages` reads. */
  #created: string | undefined;
  #generation = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Reads in the background; what was opened before ends. */
  open(connected: Connected): void {
    this.#generation += 1;
    const generation = this.#generation;
    const { logger, closing, stream } = this.#options;
    const signal = AbortSignal.any([closing, this.#stopping.signal]);
    this.#messages?.stop();
    retryUntilDone({ what: `following ${stream}`, logger, signal }, () => this.#read(connected, generation)).catch(
      () => undefined,
    );
  }

  /** Reads again when the stream is another one. */
  async check(connected: Connected): Promise<void> {
    const { created } = await connected.manager.streams.info(this.#options.stream);
    if (this.#created !== undefined && created !== this.#created) this.open(connected);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#generation += 1;
    await this.#messages?.close();
    this.#options.onStop();
  }

  /** Rejects, to be called again, when the consumer is lost. */
  async #read({ client, manager }: Connected, generation: number): Promise<void> {
    const { stream, subject, from, onMessage, onBegin } = this.#options;
    const isCurrent = () => generation === this.#generation;
    if (!isCurrent()) return;
    const { created } = await manager.streams.info(stream);
    const consumer = await client.consumers.get(stream, {
      filter_subjects: subject,
      deliver_policy: from === 'first' ? DeliverPolicy.All : DeliverPolicy.New,
    });
    const { num_pending: pending } = await consumer.info();
    const messages = await consumer.consume(pullTimeouts);
    if (!isCurrent()) return messages.stop();
    this.#messages = messages;
    this.#created = created;
    onBegin?.();
    if (onBegin !== undefined) void this.#callAgain(messages, onBegin);
    if (pending === 0) this.#caughtUp.resolve();
    for await (const message of messages) {
      if (!isCurrent()) return;
      onMessage(message.string());
      if (message.info.pending === 0) this.#caughtUp.resolve();
    }
    if (isCurrent()) throw new Error(`the consumer of ${stream} has ended`);
  }

  /** The client makes a consumer anew that the broker has lost. */
  async #callAgain(messages: ConsumerMessages, onBegin: () => void): Promise<void> {
    for await (const { type } of messages.status()) if (type === 'ordered_consumer_recreated') onBegin();
  }
}
