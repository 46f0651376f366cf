import { withTimeout, TimedOutError } from './with-timeout.ts';

/** One delivery, as the transport settles it. */
export interface Delivery {
  /** Size of the body in bytes. */
  readonly size: number;
  readonly nak: (delayMs: number) => void;
  readonly working: () => void;
}

/**
 * Longer than what handles a batch needs, even if its handler times out and is then called for each message. A batch that never
 * ended would keep its place, and its messages from every other replica, for ever.
 */
const batchTimeoutMs = 180_000;

/** With more than this waiting, `untilRoom` does not resolve. */
export const queueLimit = { messages: 800, bytes: 2 * 1024 * 1024 } as const;

/**
 * Passes deliveries on in batches of what has arrived, with at most `concurrency` concurrent batches, and keeps telling
 * the broker that all of them are in progress, those of a batch until it times out.
 */
export class DeliveryQueue<Item extends Delivery> {
  readonly #options: {
    readonly maxBatch: number;
    readonly concurrency: number;
    readonly lingerMs: number;
    readonly keepAliveMs: number;
    readonly handle: (items: readonly Item[]) => Promise<void>;
    readonly onTimeout: (items: readonly Item[]) => void;
    readonly batchTimeoutMs?: number;
  };
  readonly #waiting: Item[] = [];
  readonly #inProgress = new Set<Item>();
  readonly #keepAlive: NodeJS.Timeout;
  #running = 0;
  #scheduled = false;
  #lingering: NodeJS.Timeout | undefined;
  #closed = false;
  #waitingBytes = 0;
  #idle: (() => void)[] = [];
  #room: (() => void)[] = [];

  constructor(options: {
    readonly maxBatch: number;
    readonly concurrency: number;
    /** How long the first message of a batch waits for others, unless the batch is full. */
    readonly lingerMs?: number | undefined;
    readonly keepAliveMs: number;
    readonly handle: (items: readonly Item[]) => Promise<void>;
    /** Called with a batch that has not been handled in time. */
    readonly onTimeout: (items: readonly Item[]) => void;
    /** Shortened by tests only. */
    readonly batchTimeoutMs?: number;
  }) {
    this.#options = { ...options, lingerMs: options.lingerMs ?? 0 };
    this.#keepAlive = setInterval(() => {
      for (const item of this.#waiting) item.working();
      for (const item of this.#inProgress) item.working();
    }, options.keepAliveMs);
    this.#keepAlive.unref();
  }

  push(item: Item): void {
    if (this.#closed) {
      item.nak(0);
      return;
    }
    this.#waiting.push(item);
    this.#waitingBytes += item.size;
    this.#schedule();
  }

  /** Returns everything that is not being handled yet to the broker. */
  returnWaiting(delayMs: number): void {
    for (const item of this.#take(this.#waiting.length)) item.nak(delayMs);
  }

  /** Resolves when so little waits that more should be pulled; a closed queue has room. */
  async untilRoom(): Promise<void> {
    if (!this.#hasRoom()) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** Whether nothing waits and nothing is being handled. */
  isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#inProgress.size === 0;
  }

  /** Resolves when nothing is being handled. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Accepts no more deliveries and returns waiting ones. Resolves when nothing is being handled. */
  async close(): Promise<void> {
    this.#closed = true;
    this.returnWaiting(0);
    clearTimeout(this.#lingering);
    await this.idle();
    clearInterval(this.#keepAlive);
  }

  // A chunk from the socket holds many messages: at the end of this turn of the event loop one batch takes them all.
  #schedule(): void {
    const { lingerMs, maxBatch } = this.#options;
    if (lingerMs > 0 && this.#waiting.length < maxBatch) {
      this.#lingering ??= setTimeout(() => this.#scheduleNow(), lingerMs);
      return;
    }
    this.#scheduleNow();
  }

  #scheduleNow(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#running < this.#options.concurrency) void this.#run();
    });
  }

  #hasRoom(): boolean {
    return this.#waiting.length <= queueLimit.messages && this.#waitingBytes <= queueLimit.bytes;
  }

  #take(count: number): Item[] {
    const items = this.#waiting.splice(0, count);
    for (const { size } of items) this.#waitingBytes -= size;
    if (this.#hasRoom()) for (const resolve of this.#room.splice(0)) resolve();
    return items;
  }

  async #run(): Promise<void> {
    const batch = this.#take(this.#options.maxBatch);
    this.#running += 1;
    for (const item of batch) this.#inProgress.add(item);
    try {
      await withTimeout(this.#options.handle(batch), this.#options.batchTimeoutMs ?? batchTimeoutMs);
    } catch (error) {
      // Neither acked nor returned: the broker redelivers it after its ack wait.
      if (error instanceof TimedOutError) this.#options.onTimeout(batch);
    }
    for (const item of batch) this.#inProgress.delete(item);
    this.#running -= 1;
    if (this.#waiting.length > 0) this.#schedule();
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
