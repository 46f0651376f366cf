import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Stoppable } from './stoppable.ts';

/** Longer than Redis takes when healthy, short enough for a request to wait when it hangs. */
const commandTimeoutMs = 300;
const connectTimeoutMs = 2_000;
const maxRetryDelayMs = 2_000;

/** Stores the rate limits' counters; `redis` is undefined when they are switched off. */
export interface RateLimitRedis extends Stoppable {
  readonly redis: Redis | undefined;
}

/**
 * Connects in the background and retries for ever. While Redis is unreachable every command fails at once instead of
 * being queued, so no request waits for it; an outage is logged once.
 */
export const connectRateLimitRedis = (
  config: { readonly REDIS_URL: string; readonly RATE_LIMITS: 'on' | 'off' },
  logger: Logger,
): RateLimitRedis => {
  if (config.RATE_LIMITS === 'off') return { redis: undefined, stop: () => Promise.resolve() };
  const redis = new Redis(config.REDIS_URL, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (times) => Math.min(times * 100, maxRetryDelayMs),
  });
  let isDown = false;
  let stopping = false;
  const onDown = (error?: unknown) => {
    if (!isDown && !stopping) logger.warn({ err: error }, 'Redis is unreachable: requests are not rate-limited');
    isDown = true;
  };
  redis.on('error', onDown);
  // A connection that the server closes in good order is not an error.
  redis.on('close', () => onDown());
  redis.on('ready', () => {
    if (isDown) logger.info('Redis reconnected');
    isDown = false;
  });
  return {
    redis,
    stop: () => {
      stopping = true;
      redis.disconnect();
      return Promise.resolve();
    },
  };
};
