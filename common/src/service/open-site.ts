import { Redis } from 'ioredis';
import { behindRouter, type TrustedProxies } from '../edge/index.ts';
import { securityEvents } from '../errors/index.ts';
import {
  createMemoryCounters,
  createRedisCounters,
  createRefusalDelay,
  createSecurityLog,
  createSessionTokens,
  createTurns,
  rememberRefusals,
  withFallback,
  type Limiter,
  type SessionGuard,
  type Site,
} from '../http/index.ts';
import type { Metrics } from './metrics.ts';
import type { Service } from './open-service.ts';
import type { Stoppable } from './stoppable.ts';

/** Longer than a healthy Redis takes, short enough for a request to wait for a Redis that hangs. */
const commandTimeoutMs = 300;
const connectTimeoutMs = 2_000;
const maxRetryDelayMs = 2_000;
/** A client whose connection is closed already waits for this long before its process can end. */
const disconnectTimeoutMs = 100;
/** About 5 MB. */
const maxEntries = 50_000;

/** About 2 MB. */
const maxRefusals = 10_000;
/** Enough for an office behind one address, since a read takes a few milliseconds. */
const turns = { max: 2, maxMs: 1_000 };
const refusalDelay = { milliseconds: 250, maxWaiting: 64 };

const now = (): number => performance.now();

interface SiteConfig {
  readonly JWT_KEY: readonly string[];
  readonly PUBLIC_URL: string;
  readonly TRUST_PROXY: TrustedProxies;
  readonly REDIS_URL: string;
  readonly RATE_LIMITS: 'on' | 'off';
}

/**
 * Connects in the background and retries for ever. While Redis is unreachable every command fails at once instead of being
 * queued, so no request waits for it.
 */
const connectRedis = (url: string, commandTimeout = commandTimeoutMs): Redis => {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: disconnectTimeoutMs,
    retryStrategy: (times) => Math.min(times * 100, maxRetryDelayMs),
  });
  // An outage is logged when a command fails.
  redis.on('error', () => undefined);
  return redis;
};

/** Opens what a service with routes knows about the site, its rate limits included. */
export const openSite = (
  {
    name,
    logger,
    metrics,
    redisTimeoutMs,
  }: Pick<Service, 'name' | 'logger' | 'redisTimeoutMs'> & { readonly metrics: Pick<Metrics, 'counter' | 'observed'> },
  config: SiteConfig,
  { sessions, namedAccount }: { readonly sessions: SessionGuard; readonly namedAccount?: Limiter['namedAccount'] },
): Site & Stoppable => {
  const events = metrics.counter('security_events_total', 'Events of the security log, those without a line included', [
    'event',
  ]);
  // Prometheus sees the first increase of a series only if it has seen the series before.
  for (const event of securityEvents) events.inc({ event }, 0);
  const securityLog = createSecurityLog({
    logger,
    count: (event) => events.inc({ event }),
    ...(namedAccount === undefined ? {} : { accountOf: (req) => namedAccount(req)?.key }),
  });
  const site = {
    securityLog,
    tokens: createSessionTokens(config.JWT_KEY),
    sessions,
    publicUrl: new URL(config.PUBLIC_URL),
    proxies: behindRouter(config.TRUST_PROXY),
  };
  const stop = () => {
    securityLog.flush();
    return Promise.resolve();
  };
  if (config.RATE_LIMITS === 'off') return { ...site, stop };
  const redis = connectRedis(config.REDIS_URL, redisTimeoutMs);
  const own = createMemoryCounters({ maxEntries, now });
  const counters = withFallback(createRedisCounters(redis), own, { logger, now });
  metrics.observed('rate_limits_shared', '1 while all replicas count together, 0 while Redis is unreachable', () =>
    counters.isShared() ? 1 : 0,
  );
  const limiter: Limiter = {
    counters: rememberRefusals(counters, { maxEntries: maxRefusals, now }),
    turns: createTurns(turns),
    delayRefusal: createRefusalDelay(refusalDelay),
    prefix: name,
    ...(namedAccount === undefined ? {} : { namedAccount }),
  };
  return {
    ...site,
    limiter,
    stop: () => {
      redis.disconnect();
      return stop();
    },
  };
};
