import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { isDatabaseUnreachable } from '../../mongo/index.ts';
import { periodically } from '../../service/periodic.ts';
import type { Stoppable } from '../../service/stoppable.ts';
import { backOffMs, maxFailures, type DeadLetters } from './dead-letters.ts';
import { durableName } from './durable-name.ts';
import { withTimeout } from './with-timeout.ts';
import { describe, later, parseJson, retry, unreachableRetryMs, type Listener, type Verdict } from './listener.ts';
import type { InboundMessage, Subscription, Transport } from '../bus/transport.ts';

const healthCheckEveryMs = 250;
/** After an event could not be stored, parked or as a dead letter. */
const storeAgainMs = 2_000;
const maxFailureCounts = 10_000;
/** The longest that a handler needs is a few seconds; one that hangs has failed. */
const handlerTimeoutMs = 60_000;

export interface ListenerCounters {
  handled(subject: string, verdict: Verdict['kind'], count: number): void;
  deadLettered(subject: string): void;
}

export interface ListenerRunnerOptions {
  readonly service: string;
  readonly transport: Transport;
  readonly deadLetters: Pick<DeadLetters, 'put' | 'park'>;
  readonly logger: Logger;
  readonly counters: ListenerCounters;
  /** Whether the listeners' database is reachable; while it is not, failures are not counted. */
  readonly isHealthy: () => boolean;
  /** Shortened by tests only. */
  readonly handlerTimeoutMs?: number;
}

/** Runs listeners: turns verdicts into ack, delayed redelivery or dead letter; a throw is a retry, never a crash. */
export class ListenerRunner {
  readonly #options: ListenerRunnerOptions;
  readonly #subscriptions: Subscription[] = [];
  /** Failures of each message. A restart or another replica counts from zero, so a bad event may be retried more often. */
  readonly #failures = new LRUCache<string, number>({ max: maxFailureCounts });
  #paused = false;
  #watch: Stoppable | undefined;

  constructor(options: ListenerRunnerOptions) {
    this.#options = options;
  }

  /** Resolves once every listener can receive. */
  async start(listeners: readonly Listener[]): Promise<void> {
    const watch = { name: 'health of the database', periodMs: healthCheckEveryMs, logger: this.#options.logger };
    this.#watch = periodically(watch, async () => this.#followHealth());
    await Promise.all(
      listeners.map(async (listener) => {
        const subscription = await this.#options.transport.subscribe({
          durable: durableName(this.#options.service, listener.subject),
          subject: listener.subject,
          maxBatch: listener.maxBatch,
          concurrency: listener.concurrency,
          lingerMs: listener.lingerMs,
          onMessages: (messages) => this.#onMessages(listener, messages),
        });
        if (this.#paused) subscription.pause();
        this.#subscriptions.push(subscription);
      }),
    );
  }

  /** Accepts no more messages and waits for those being handled. */
  async stop(): Promise<void> {
    await this.#watch?.stop();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
  }

  async #onMessages(listener: Listener, messages: readonly InboundMessage[]): Promise<void> {
    const bodies = messages.map((message) => parseJson(message.body));
    const verdicts = await this.#handle(listener, bodies);
    await Promise.all(messages.map((message, index) => this.#settle(listener, message, verdicts[index])));
  }

  async #handle(listener: Listener, bodies: readonly unknown[]): Promise<readonly Verdict[]> {
    try {
      return await withTimeout(listener.handle(bodies), this.#options.handlerTimeoutMs ?? handlerTimeoutMs);
    } catch (error) {
      if (isDatabaseUnreachable(error)) return bodies.map(() => later(unreachableRetryMs));
      if (bodies.length === 1 || !this.#options.isHealthy()) return bodies.map(() => retry(describe(error)));
      const one = async (body: unknown) => (await this.#handle(listener, [body]))[0] ?? retry('no verdict');
      return Promise.all(bodies.map(one));
    }
  }

  async #settle(listener: Listener, message: InboundMessage, verdict: Verdict | undefined): Promise<void> {
    const { counters, logger } = this.#options;
    const settled = verdict ?? retry('no verdict');
    counters.handled(listener.subject, settled.kind, 1);
    const key = `${listener.subject}/${message.key}`;
    switch (settled.kind) {
      case 'done':
        this.#failures.delete(key);
        message.ack();
        return;
      case 'later':
        message.nak(settled.delayMs);
        return;
      case 'park':
        await this.#park(listener, message, settled.reason);
        return;
      case 'reject':
        await this.#deadLetter(listener, message, settled.reason, 1);
        return;
      case 'retry': {
        if (!this.#options.isHealthy()) {
          message.nak(unreachableRetryMs);
          return;
        }
        const failures = (this.#failures.get(key) ?? 0) + 1;
        logger.warn(
          { subject: listener.subject, key: message.key, failures, reason: settled.reason },
          'event not processed',
        );
        if (failures >= maxFailures) {
          await this.#deadLetter(listener, message, settled.reason, failures);
          return;
        }
        this.#failures.set(key, failures);
        message.nak(backOffMs(failures));
        return;
      }
    }
  }

  async #deadLetter(listener: Listener, message: InboundMessage, reason: string, failures: number): Promise<void> {
    const { counters, deadLetters, logger } = this.#options;
    try {
      const isStored = await deadLetters.put({
        durable: durableName(this.#options.service, listener.subject),
        subject: listener.subject,
        key: message.key,
        body: message.body,
        reason,
        failures,
      });
      if (!isStored) {
        logger.error(
          { subject: listener.subject, key: message.key, reason },
          'too many dead letters, the event will be redelivered',
        );
        message.nak(storeAgainMs);
        return;
      }
    } catch (error) {
      logger.warn({ err: error, subject: listener.subject }, 'dead letter not stored, the event will be redelivered');
      message.nak(storeAgainMs);
      return;
    }
    counters.deadLettered(listener.subject);
    logger.error({ subject: listener.subject, key: message.key, reason }, 'event stored as a dead letter');
    this.#failures.delete(`${listener.subject}/${message.key}`);
    message.ack();
  }

  async #park(listener: Listener, message: InboundMessage, reason: string): Promise<void> {
    const { deadLetters, logger, service } = this.#options;
    const { subject, fingerprint } = listener;
    const { key, body } = message;
    try {
      const event = { durable: durableName(service, subject), subject, key, body, reason, fingerprint };
      if (await deadLetters.park(event)) {
        logger.warn({ subject, key, reason }, 'event parked until a replica knows its values');
        message.ack();
        return;
      }
      logger.warn({ subject, key }, 'too many parked events, the event will be redelivered');
    } catch (error) {
      logger.warn({ err: error, subject }, 'event not parked, it will be redelivered');
    }
    message.nak(storeAgainMs);
  }

  #followHealth(): void {
    const healthy = this.#options.isHealthy();
    if (healthy !== this.#paused) return;
    this.#paused = !healthy;
    for (const subscription of this.#subscriptions) {
      if (healthy) subscription.resume();
      else subscription.pause();
    }
  }
}
