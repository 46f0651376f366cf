import { setTimeout as delay } from 'node:timers/promises';
import { costOf, sum, type MeasuredProcess } from './cpu.ts';

const windowMs = 1_000;
/** In CPU milliseconds of all processes; what the product does while nobody uses it is a third of a core. */
const idleMs = 600;
const timeoutMs = 60_000;

/**
 * Waits until the product has done what an earlier load has caused, so that the next measurement does not pay for it.
 * @throws Error if that takes longer than a minute.
 */
export const untilIdle = async (processes: readonly MeasuredProcess[]): Promise<void> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const { cpu } = await costOf(processes, () => delay(windowMs));
    if (sum(cpu.values()) < idleMs) return;
    if (performance.now() > end) throw new Error(`the product is not idle after ${timeoutMs / 1000} s`);
  }
};
