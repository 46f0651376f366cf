import { Redis } from 'ioredis';
import { firstWords } from '../net/conversation.ts';

/** Kept in an append-only file that is synced each second: Redis is the only place of nothing. */
export const redisArguments = (options: { readonly port: number; readonly directory: string }): string[] => [
  '--bind',
  '127.0.0.1',
  '--port',
  String(options.port),
  '--dir',
  options.directory,
  '--appendonly',
  'yes',
  '--appendfsync',
  'everysec',
  '--save',
  '',
  '--maxmemory-policy',
  'noeviction',
];

export const isRedisReady = async (port: number): Promise<boolean> =>
  (await firstWords({ host: '127.0.0.1', port }, 'PING\r\n', 1_000)).startsWith('+PONG');

/** @throws Error that says why a Redis cannot be used. */
export const checkRedis = async (url: string): Promise<void> => {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5_000, retryStrategy: () => null });
  let problem: Error | undefined;
  redis.on('error', (error: Error) => {
    problem = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw problem ?? error;
  } finally {
    redis.disconnect();
  }
};
