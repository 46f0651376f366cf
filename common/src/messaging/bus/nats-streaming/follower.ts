import type { Follower, FollowOptions } from '../transport.ts';
import type { Link } from './link.ts';

interface FollowerOptions extends Omit<FollowOptions, 'subject'> {
  readonly channel: string;
  readonly onStop: () => void;
}

/** NATS Streaming does not tell where the stored messages end: they are taken to end with this long a pause. */
const pauseMs = 300;

export class NatsStreamingFollower implements Follower {
  readonly #options: FollowerOptions;
  readonly #caughtUp = Promise.withResolvers<void>();
  #pause: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #isStopped = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Reads the channel on this connection. */
  open({ stan }: Link): void {
    const { channel, from, onBegin } = this.#options;
    const options = stan.subscriptionOptions();
    const subscription = stan.subscribe(channel, from === 'first' ? options.setDeliverAllAvailable() : options);
    this.#unsubscribe = () => subscription.unsubscribe();
    subscription.on('ready', () => {
      onBegin?.();
      this.#wait();
    });
    subscription.on('message', (message: { readonly getData: () => string | Buffer }) => {
      if (this.#isStopped) return;
      this.#wait();
      this.#options.onMessage(String(message.getData()));
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#pause);
    this.#unsubscribe?.();
    this.#options.onStop();
  }

  #wait(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#caughtUp.resolve(), pauseMs);
    this.#pause.unref();
  }
}
