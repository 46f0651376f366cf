import type { Redis } from 'ioredis';
import { leaseMs, type Counter, type Counters } from './counters.ts';

const countScript = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if count <= tonumber(ARGV[1]) then return 0 end
return math.max(1, redis.call('PTTL', KEYS[1]))`;

const reserveScript = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count >= tonumber(ARGV[1]) then return math.max(1, redis.call('PTTL', KEYS[1])) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if count + redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[1]) then return -1 end
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 0`;

const settleScript = `
redis.call('ZREM', KEYS[2], ARGV[1])
if ARGV[2] == '1' and redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 0`;

/** Counters that all replicas share. Each call is one script, so that concurrent ones decide one after another. */
export const createRedisCounters = (redis: Redis): Counters => {
  const run = async (script: string, { key }: Counter, ...args: (string | number)[]): Promise<number> =>
    Number(await redis.eval(script, 2, key, `${key}:leases`, ...args));
  return {
    count: (counter) => run(countScript, counter, counter.limit, counter.seconds * 1000),
    reserve: async (counter, lease) => {
      const found = await run(reserveScript, counter, counter.limit, lease, leaseMs);
      return found === -1 ? 'busy' : found;
    },
    settle: async (counter, lease, counts) => {
      await run(settleScript, counter, lease, counts ? '1' : '0', counter.seconds * 1000);
    },
  };
};
