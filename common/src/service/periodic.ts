import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Stoppable } from './stoppable.ts';

/** Runs `action` repeatedly, `periodMs` after the end of the last run; an error is logged and does not end the loop. */
export const periodically = (
  options: { readonly name: string; readonly periodMs: number; readonly logger: Logger },
  action: () => Promise<unknown>,
): Stoppable => {
  const closing = new AbortController();
  const loop = async () => {
    while (!closing.signal.aborted) {
      await action().catch((error: unknown) =>
        options.logger.warn({ err: error, worker: options.name }, 'worker failed'),
      );
      await delay(options.periodMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      closing.abort();
      await running;
    },
  };
};
