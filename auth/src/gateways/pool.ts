export type Pool = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs work at most `concurrency` at once, in the order of its arrival; `mostWaiting` may wait, the next is refused. */
export const createPool = (options: {
  readonly concurrency: number;
  readonly mostWaiting: number;
  readonly refuse: () => Error;
}): Pool => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < options.concurrency) {
      running += 1;
    } else {
      if (waiting.length >= options.mostWaiting) throw options.refuse();
      // Whoever ends hands its place over, so `running` stays.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};
