import { setTimeout as delay } from 'node:timers/promises';

/**
 * Repeats `check` until it no longer throws and answers what it answered. After `withinMs` its last error is thrown.
 * For conditions that come true by themselves; there is no fixed wait.
 */
export const eventually = async <T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(15);
    }
  }
};

/** Repeats `check` for `forMs`, for what must stay as it is, and throws as soon as it does. */
export const throughout = async (check: () => void | Promise<void>, forMs: number): Promise<void> => {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await check();
    await delay(15);
  }
};
