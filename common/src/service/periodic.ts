import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Stoppable } from './stoppable.ts';

/** A repeated action. */
export interface Periodic extends Stoppable {
  /** Starts the next run at once, or when the present one has ended. */
  runSoon(): void;
}

/**
 * Runs `action` repeatedly, `periodMs` after the end of the last run; an error is logged and does not end the loop. The signal
 * is aborted when the loop is to stop, which waits for the present run.
 */
export const periodically = (
  options: { readonly name: string; readonly periodMs: number; readonly logger: Logger },
  action: (signal: AbortSignal) => Promise<unknown>,
): Periodic => {
  const closing = new AbortController();
  let pause = new AbortController();
  const loop = async () => {
    while (!closing.signal.aborted) {
      pause = new AbortController();
      await action(closing.signal).catch((error: unknown) =>
        options.logger.warn({ err: error, worker: options.name }, 'worker failed'),
      );
      const signal = AbortSignal.any([closing.signal, pause.signal]);
      await delay(options.periodMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    runSoon: () => pause.abort(),
    stop: async () => {
      closing.abort();
      await running;
    },
  };
};
