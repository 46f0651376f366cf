import { ServiceUnavailableError } from '@ticketing/common/errors';

/** Runs a few tasks at a time, of each owner one, in the order in which they came. */
export interface FairQueue {
  /** @throws ServiceUnavailableError when too many wait. */
  run<T>(task: { readonly owner: string; readonly bytes: number }, action: () => Promise<T>): Promise<T>;
  /** Share of the waiting tasks, or of their bytes, that is taken. */
  taken(): number;
  /** Resolves once nothing runs or waits. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly start: () => void;
}

export const createFairQueue = (limits: {
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly maxWaitingOfOwner: number;
  readonly maxWaitingBytes: number;
}): FairQueue => {
  const waiting: Waiting[] = [];
  const running = new Set<string>();
  const tasks = new Set<Promise<unknown>>();
  const bytesWaiting = () => waiting.reduce((sum, { bytes }) => sum + bytes, 0);

  const startNext = (): void => {
    if (running.size >= limits.concurrency) return;
    const index = waiting.findIndex(({ owner }) => !running.has(owner));
    const [next] = index === -1 ? [] : waiting.splice(index, 1);
    if (next === undefined) return;
    running.add(next.owner);
    next.start();
  };

  const turn = async (task: { readonly owner: string; readonly bytes: number }): Promise<void> => {
    const isFull =
      waiting.length >= limits.maxWaiting ||
      waiting.filter(({ owner }) => owner === task.owner).length >= limits.maxWaitingOfOwner ||
      bytesWaiting() + task.bytes > limits.maxWaitingBytes;
    if (isFull) throw new ServiceUnavailableError('Too many files are being read, please try again');
    await new Promise<void>((start) => {
      waiting.push({ ...task, start });
      startNext();
    });
  };

  return {
    run: async (task, action) => {
      await turn(task);
      const result = action();
      tasks.add(result);
      try {
        return await result;
      } finally {
        tasks.delete(result);
        running.delete(task.owner);
        startNext();
      }
    },
    taken: () => Math.max(waiting.length / limits.maxWaiting, bytesWaiting() / limits.maxWaitingBytes),
    idle: async () => {
      while (tasks.size > 0 || waiting.length > 0) await Promise.allSettled(tasks);
    },
  };
};
