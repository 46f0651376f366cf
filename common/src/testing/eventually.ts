import { setTimeout as delay } from 'node:timers/promises';

/**
 * Repeats `check` until it no longer throws and returns its result. After `timeoutMs` its last error is thrown. For
 * conditions that become true on their own, without a fixed wait.
 */
export const eventually = async <T>(check: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
      await delay(15);
    }
  }
};

/** Repeats `check` for `forMs`, for conditions that must remain true, and throws as soon as it does. */
export const throughout = async (check: () => void | Promise<void>, forMs: number): Promise<void> => {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await check();
    await delay(15);
  }
};
