/**
 * Gathers concurrent calls into one round trip: calls that arrive while `inFlight` batches are running wait for one of
 * them to end, so that batches grow with the load and a single call does not wait.
 */
export class Batcher<In, Out> {
  readonly #run: (items: readonly In[]) => Promise<readonly PromiseSettledResult<Out>[]>;
  readonly #maxBatch: number;
  readonly #inFlight: number;
  readonly #delayMs: number;
  readonly #waiting: { readonly item: In; readonly settle: (result: PromiseSettledResult<Out>) => void }[] = [];
  #running = 0;
  #scheduled = false;

  /**
   * `run` returns one result for each item, in order; if it throws, every call of the batch fails. With `delayMs` a batch is
   * gathered for this time.
   */
  constructor(
    run: (items: readonly In[]) => Promise<readonly PromiseSettledResult<Out>[]>,
    options: { readonly maxBatch?: number; readonly inFlight?: number; readonly delayMs?: number } = {},
  ) {
    this.#run = run;
    this.#maxBatch = options.maxBatch ?? 100;
    this.#inFlight = options.inFlight ?? 2;
    this.#delayMs = options.delayMs ?? 0;
  }

  call(item: In): Promise<Out> {
    return new Promise<Out>((resolve, reject) => {
      this.#waiting.push({
        item,
        settle: (result) => {
          if (result.status === 'fulfilled') resolve(result.value);
          else reject(result.reason);
        },
      });
      this.#schedule();
    });
  }

  // Requests that were read from the sockets in one turn of the event loop go into one batch.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const start = (): void => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#running < this.#inFlight) void this.#flush();
    };
    if (this.#delayMs > 0) setTimeout(start, this.#delayMs);
    else setImmediate(start);
  }

  async #flush(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#maxBatch);
    this.#running += 1;
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      batch.forEach(({ settle }, index) =>
        settle(results[index] ?? { status: 'rejected', reason: new Error('no result for a batched call') }),
      );
    } catch (reason) {
      for (const { settle } of batch) settle({ status: 'rejected', reason });
    }
    this.#running -= 1;
    if (this.#waiting.length > 0) this.#schedule();
  }
}
