import { Redis } from 'ioredis';
import { probe } from '../net/probe.ts';
import type { ServerOptions } from './server-options.ts';

/** An append-only file synced each second is enough: everything in Redis can be restored from the databases. */
export const redisArguments = (options: ServerOptions): string[] => [
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
  (await probe({ host: '127.0.0.1', port }, 'PING\r\n', 1_000)).startsWith('+PONG');

/** @throws Error with the reason why the Redis cannot be used. */
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
