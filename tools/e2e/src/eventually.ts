import { setTimeout as delay } from 'node:timers/promises';

const retryDelayMs = 25;

/** Repeats `check` until it does not throw, and returns its result. @throws the last error after `withinMs`. */
export const eventually = async <T>(check: () => T | Promise<T>, withinMs = 15_000): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(retryDelayMs);
    }
  }
};
