import type { Service, Stoppable } from '@ticketing/common/service';
import { Queue, Worker as QueueWorker } from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { coalesced } from './coalesced.ts';

const queueName = 'timers';
const maxReconnectDelayMs = 2_000;
/** Longer than the 10 s for which a worker blocks on an empty queue. */
const socketTimeoutMs = 15_000;
const closeTimeoutMs = 1_000;

/** Alarms for the moments when timers are due. An alarm may be missing or late: the sweep rings due timers without it. */
export interface TimerQueue {
  /** Does not wait and never throws: while Redis is unavailable no alarm is set. */
  set(timers: readonly { readonly orderId: string; readonly at: Date }[]): void;
  /** Does not wait and never throws either. */
  remove(orderIds: readonly string[]): void;
  /** Calls `ring` when an alarm goes off; alarms during a call cause one more call. `stop` closes the queue. */
  onAlarm(ring: () => Promise<unknown>): Stoppable;
}

/** Alarms as BullMQ jobs: one delayed job per order, with the order's id; any replica may take it. */
export const openTimerQueue = (options: {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Service['logger'];
  readonly now: () => Date;
}): TimerQueue => {
  const { logger, prefix, now } = options;
  // Without maxRetriesPerRequest, as BullMQ's workers require: pending commands are sent again after a reconnect.
  const redis = new Redis(options.url, {
    maxRetriesPerRequest: null,
    socketTimeout: socketTimeoutMs,
    disconnectTimeout: closeTimeoutMs / 2,
    retryStrategy: (times) => Math.min(times * 100, maxReconnectDelayMs),
  });
  let isAway = false;
  const onError = (error: unknown): void => {
    if (!isAway) logger.warn({ err: error }, 'Redis is unavailable: only the sweep rings timers');
    isAway = true;
  };
  redis.on('error', onError);
  redis.on('ready', () => {
    if (isAway) logger.info('Redis is available again');
    isAway = false;
  });
  const queue = new Queue(queueName, { connection: redis, prefix });
  queue.on('error', onError);

  /** Only while Redis is connected, so that no commands pile up during an outage. `problem` is logged on failure. */
  const send = (problem: string, action: () => Promise<unknown>): void => {
    if (redis.status !== 'ready') return;
    action().catch((error: unknown) => {
      if (redis.status === 'ready') logger.warn({ err: error }, problem);
    });
  };

  return {
    set: (timers) => {
      if (timers.length === 0) return;
      send('alarms not set', () =>
        queue.addBulk(
          timers.map(({ orderId, at }) => ({
            name: 'ring',
            data: {},
            opts: {
              jobId: orderId,
              delay: Math.max(0, at.getTime() - now().getTime()),
              removeOnComplete: true,
              removeOnFail: true,
            },
          })),
        ),
      );
    },
    remove: (orderIds) => {
      for (const orderId of orderIds) send('alarm not removed', () => queue.remove(orderId));
    },
    onAlarm: (ring) => {
      const worker = new QueueWorker(queueName, coalesced(ring), {
        connection: redis,
        prefix,
        concurrency: 100,
        runRetryDelay: 1_000,
        // Handling an alarm takes milliseconds; if it fails, the sweep rings the timer.
        skipLockRenewal: true,
      });
      worker.on('error', onError);
      return {
        stop: async () => {
          // A graceful close needs a responding Redis; another replica takes over an alarm that was being handled.
          const closing = Promise.allSettled([worker.close(redis.status !== 'ready'), queue.close()]);
          await Promise.race([closing, delay(closeTimeoutMs, undefined, { ref: false })]);
          redis.disconnect();
        },
      };
    },
  };
};
