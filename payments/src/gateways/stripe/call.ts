import { setTimeout as delay } from 'node:timers/promises';
import type { Stripe } from 'stripe';
import { isKeyRefused, isRetryable, isServerError, StripeTimeoutError } from './errors.ts';

const firstRetryDelayMs = 200;
const maxRetryDelayMs = 1_000;
/** Stripe mostly replays the stored 5xx of an idempotency key, so more retries are of no use. */
const maxServerErrors = 3;

/** The time by `performance.now()` at which a command stops waiting for Stripe. */
export type Deadline = number;

/**
 * Performs a request to Stripe and retries it, with the idempotency key that it carries, until the deadline. `timeoutMs`
 * limits each single request. `onKeyRefused` is called when Stripe refuses our key. @throws the last error when the call fails for good.
 */
export const createStripeCall =
  (timeoutMs: number, onKeyRefused: () => void) =>
  async <T>(deadline: Deadline, perform: (options: Stripe.RequestOptions) => Promise<T>): Promise<T> => {
    for (let failures = 0, serverErrors = 0; ;) {
      const left = Math.min(timeoutMs, Math.floor(deadline - performance.now()));
      if (left < 1) throw new StripeTimeoutError();
      try {
        return await within(left, perform({ timeout: left }));
      } catch (error) {
        failures += 1;
        if (isKeyRefused(error)) onKeyRefused();
        if (isServerError(error)) serverErrors += 1;
        const retryDelayMs = Math.min(firstRetryDelayMs * 2 ** (failures - 1), maxRetryDelayMs);
        const isLast = serverErrors >= maxServerErrors || performance.now() + retryDelayMs >= deadline;
        if (isLast || !isRetryable(error)) throw error;
        await delay(retryDelayMs);
      }
    }
  };

/** The SDK's own timeout starts once it is connected; this one includes the connection. */
const within = <T>(ms: number, response: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StripeTimeoutError()), ms);
    response.then(resolve, reject).finally(() => clearTimeout(timer));
  });
