import type { JsMsg } from '@nats-io/jetstream';
import type { InboundMessage } from '../transport.ts';

/** One delivery of a message by JetStream. */
export class JetStreamMessage implements InboundMessage {
  readonly #message: JsMsg;
  readonly subject: string;
  #done = false;

  constructor(message: JsMsg, prefixLength: number) {
    this.#message = message;
    this.subject = message.subject.slice(prefixLength);
  }

  get body(): string {
    return this.#message.string();
  }

  get size(): number {
    return this.#message.data.length;
  }

  get key(): string {
    // Sequence numbers restart when the store is emptied, so the key includes the timestamp.
    return `${this.#message.seq}-${this.#message.timestampNanos}`;
  }

  readonly ack = (): void => {
    if (!this.#done) this.#message.ack();
    this.#done = true;
  };

  readonly nak = (delayMs: number): void => {
    if (!this.#done) this.#message.nak(delayMs);
    this.#done = true;
  };

  readonly working = (): void => {
    if (!this.#done) this.#message.working();
  };
}
