import type { Message } from 'node-nats-streaming';
import type { InboundMessage } from '../transport.ts';
import type { Link } from './link.ts';

/** A message that this replica has: waiting, in work or held. `latest` is the newest delivery of it. */
export interface InHand {
  readonly key: string;
  latest: { readonly message: Message; readonly link: Link };
  /** Set while it is held. */
  timer: NodeJS.Timeout | undefined;
}

interface Settling {
  readonly ack: () => void;
  readonly hold: (delayMs: number) => void;
  readonly forget: () => void;
}

/** One handing over of a message. */
export class NatsStreamingMessage implements InboundMessage {
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
