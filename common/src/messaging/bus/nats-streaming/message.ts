import type { Message } from 'node-nats-streaming';
import type { InboundMessage } from '../transport.ts';
import type { Link } from './link.ts';

/** A message that this replica holds: queued, being handled or delayed. `latest` is its newest delivery. */
export interface HeldMessage {
  readonly key: string;
  latest: { readonly message: Message; readonly link: Link };
  /** Set while it is delayed. */
  timer: NodeJS.Timeout | undefined;
}

interface SettleActions {
  readonly ack: () => void;
  readonly hold: (delayMs: number) => void;
  readonly forget: () => void;
}

/** One delivery of a message to its listener. */
export class NatsStreamingMessage implements InboundMessage {
  readonly subject: string;
  readonly key: string;
  readonly #held: HeldMessage;
  readonly #actions: SettleActions;
  #done = false;

  constructor(subject: string, held: HeldMessage, actions: SettleActions) {
    this.subject = subject;
    this.key = held.key;
    this.#held = held;
    this.#actions = actions;
  }

  get body(): string {
    return this.#held.latest.message.getRawData().toString('utf8');
  }

  get size(): number {
    return this.#held.latest.message.getRawData().length;
  }

  readonly ack = (): void => {
    if (this.#done) return;
    this.#done = true;
    this.#actions.ack();
  };

  readonly nak = (delayMs: number): void => {
    if (this.#done) return;
    this.#done = true;
    this.#actions.hold(delayMs);
  };

  readonly working = (): void => undefined;

  /** Its handler has neither acked nor returned it: its next delivery counts as a new one. */
  abandon(): void {
    if (this.#done) return;
    this.#done = true;
    this.#actions.forget();
  }
}
