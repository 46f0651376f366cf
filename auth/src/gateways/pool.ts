import pLimit from 'p-limit';

export type Pool = <T>(task: () => Promise<T>) => Promise<T>;

/** Runs at most `concurrency` tasks at once, in order of arrival; throws `refuse()` when `maxWaiting` already wait. */
export const createPool = (options: {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly refuse: () => Error;
}): Pool => {
  const limit = pLimit(options.concurrency);
  return async (task) => {
    if (limit.activeCount + limit.pendingCount >= options.concurrency + options.maxWaiting) throw options.refuse();
    return limit(task);
  };
};
