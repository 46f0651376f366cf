import type { Follower, FollowOptions } from '../transport.ts';
import type { Link } from './link.ts';

interface FollowerOptions extends Pick<FollowOptions, 'onMessage'> {
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

  /** Reads the channel from its first message on this connection. */
  open({ stan }: Link): void {
    const subscription = stan.subscribe(this.#options.channel, stan.subscriptionOptions().setDeliverAllAvailable());
    this.#unsubscribe = () => subscription.unsubscribe();
    subscription.on('ready', () => this.#wait());
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
