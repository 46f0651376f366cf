import pLimit from 'p-limit';

export type Pool = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs at most `concurrency` works at once, in order of arrival; refuses more when `maxWaiting` are waiting. */
export const createPool = (options: {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly refuse: () => Error;
}): Pool => {
  const limit = pLimit(options.concurrency);
  return async (work) => {
    if (limit.activeCount + limit.pendingCount >= options.concurrency + options.maxWaiting) throw options.refuse();
    return limit(work);
  };
};
