import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Retries until it succeeds or `signal` is aborted: an unreachable broker or database does not end the service. */
export const retryUntilDone = async <T>(
  { what, logger, signal }: { readonly what: string; readonly logger: Logger; readonly signal: AbortSignal },
  action: () => Promise<T>,
): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (signal.aborted) throw error;
      if (attempt % 20 === 0) logger.warn({ err: error }, `${what} failed, retrying`);
      await delay(250, undefined, { signal });
    }
  }
};
