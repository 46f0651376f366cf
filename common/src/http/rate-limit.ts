import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit as expressRateLimit } from 'express-rate-limit';
import type { Redis } from 'ioredis';
import { createHash } from 'node:crypto';
import { RedisStore, type RedisReply } from 'rate-limit-redis';
import { TooManyRequestsError } from '../errors/index.ts';

export interface RateLimitRule {
  /** Prefix of this rule's counters in Redis. */
  readonly name: string;
  readonly windowSeconds: number;
  /** Requests per window and key. */
  readonly limit: number;
  /** What requests are counted by; the client's address by default. */
  readonly key?: (req: Request) => string;
}

/** The client's address as a key; an IPv6 client is counted by its /56, which providers commonly assign to one customer. */
export const clientAddress = (req: Request): string => ipKeyGenerator(req.visitor);

/**
 * Limits requests by counters in Redis, which all replicas share. While Redis is unreachable nothing is limited, so that
 * an outage of Redis does not become an outage of the site.
 */
export const rateLimit = (redis: Redis | undefined, rule: RateLimitRule): RequestHandler => {
  if (redis === undefined) return (_req, _res, next) => next();
  return expressRateLimit({
    windowMs: rule.windowSeconds * 1000,
    limit: rule.limit,
    keyGenerator: rule.key ?? clientAddress,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    passOnStoreError: true,
    // The connection logs an outage once; the limiter would log it for every request.
    logger: { error: () => undefined, warn: () => undefined },
    store: new RedisStore({
      prefix: `rate:${rule.name}:`,
      sendCommand: (command: string, ...args: string[]) => send(redis, command, args),
    }),
    handler: (req, _res, next) => {
      const reset = 'rateLimit' in req && isInfo(req.rateLimit) ? req.rateLimit.resetTime : undefined;
      const seconds = reset === undefined ? rule.windowSeconds : Math.ceil((reset.getTime() - Date.now()) / 1000);
      next(new TooManyRequestsError(Math.max(1, seconds)));
    },
  });
};

/**
 * The store loads its scripts when it is created, before Redis is connected, and keeps the result. So a failed load returns
 * what Redis would have returned, the script's hash; the first use then gets NOSCRIPT and loads the script again.
 */
const send = async (redis: Redis, command: string, args: readonly string[]): Promise<RedisReply> => {
  try {
    const reply: unknown = await redis.call(command, ...args);
    return toReply(reply);
  } catch (error) {
    const [action, script] = args;
    if (command !== 'SCRIPT' || action !== 'LOAD' || script === undefined) throw error;
    return createHash('sha1').update(script).digest('hex');
  }
};

const isInfo = (value: unknown): value is { resetTime: Date | undefined } =>
  typeof value === 'object' && value !== null && 'resetTime' in value;

const toReply = (reply: unknown): RedisReply => {
  if (Array.isArray(reply)) return reply.map((item: unknown) => (typeof item === 'number' ? item : String(item)));
  return typeof reply === 'number' ? reply : String(reply);
};
