/** What a transport knows of one delivery. */
export interface Delivery {
  readonly nak: (delayMs: number) => void;
  readonly working: () => void;
}

/**
 * Hands deliveries over in batches of what has arrived, at most `concurrency` batches at once, and keeps the broker
 * told that everything taken is still being worked on.
 */
export class DeliveryQueue<Item extends Delivery> {
  readonly #options: {
    readonly maxBatch: number;
    readonly concurrency: number;
    readonly keepAliveMs: number;
    readonly handle: (items: readonly Item[]) => Promise<void>;
  };
  readonly #waiting: Item[] = [];
  readonly #inWork = new Set<Item>();
  readonly #keepAlive: NodeJS.Timeout;
  #running = 0;
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: {
    readonly maxBatch: number;
    readonly concurrency: number;
    readonly keepAliveMs: number;
    readonly handle: (items: readonly Item[]) => Promise<void>;
  }) {
    this.#options = options;
    this.#keepAlive = setInterval(() => {
      for (const item of this.#waiting) item.working();
      for (const item of this.#inWork) item.working();
    }, options.keepAliveMs);
    this.#keepAlive.unref();
  }

  push(item: Item): void {
    if (this.#closed) {
      item.nak(0);
      return;
    }
    this.#waiting.push(item);
    this.#schedule();
  }

  /** Gives back everything that is not in work yet. */
  giveBack(delayMs: number): void {
    for (const item of this.#waiting.splice(0)) item.nak(delayMs);
  }

  /** Resolves when nothing is in work any more. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Takes nothing more: what waits is given back. Resolves when nothing is in work any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.giveBack(0);
    await this.idle();
    clearInterval(this.#keepAlive);
  }

  // A chunk from the socket holds many messages: waiting for the end of this turn of the loop lets one batch take them all.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#running < this.#options.concurrency) void this.#run();
    });
  }

  async #run(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#options.maxBatch);
    this.#running += 1;
    for (const item of batch) this.#inWork.add(item);
    try {
      await this.#options.handle(batch);
    } catch {
      // Neither acked nor given back: the broker delivers it again when its ack wait is over.
    }
    for (const item of batch) this.#inWork.delete(item);
    this.#running -= 1;
    if (this.#waiting.length > 0) this.#schedule();
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
