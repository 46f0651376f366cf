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
