import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Stoppable } from './stoppable.ts';

/** Longer than Redis ever takes, short enough for a request to wait for a Redis that hangs. */
const commandTimeoutMs = 300;
const connectTimeoutMs = 2_000;
const longestPauseMs = 2_000;

/** Where the rate limits count; `redis` is absent when they are switched off. */
export interface RateLimitRedis extends Stoppable {
  readonly redis: Redis | undefined;
}

/**
 * Connects in the background and for ever. While Redis is away every command fails at once instead of waiting in a
 * queue, so that no request waits for it; an outage is logged once.
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
    retryStrategy: (times) => Math.min(times * 100, longestPauseMs),
  });
  let away = false;
  let stopping = false;
  const onAway = (error?: unknown) => {
    if (!away && !stopping) logger.warn({ err: error }, 'Redis is away: nothing is rate-limited meanwhile');
    away = true;
  };
  redis.on('error', onAway);
  // A connection that ends in good order is no error.
  redis.on('close', () => onAway());
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
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
