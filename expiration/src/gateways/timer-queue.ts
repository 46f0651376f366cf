import type { Service, Stoppable } from '@ticketing/common/service';
import { Queue, Worker as QueueWorker } from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { coalesced } from './coalesced.ts';

const queueName = 'timers';
const longestPauseMs = 2_000;
/** Longer than the 10 s for which a worker blocks on a queue that is silent. */
const silentSocketMs = 15_000;
const closeWithinMs = 1_000;

/** An alarm at the moment when a timer is due. It may be missing or late: the sweep rings what is due without it. */
export interface TimerQueue {
  /** Never waits and never throws: without Redis there is no alarm, and that is all. */
  set(timers: readonly { readonly orderId: string; readonly at: Date }[]): void;
  /** The same. */
  remove(orderIds: readonly string[]): void;
  /** Calls `ring` when alarms go off; those that go off while it runs make it run once more. `stop` ends the queue. */
  onAlarm(ring: () => Promise<unknown>): Stoppable;
}

/** Alarms by BullMQ: one delayed job per order, with the order's id, in whichever replica takes it. */
export const openTimerQueue = (options: {
  readonly url: string;
  readonly prefix: string;
  readonly logger: Service['logger'];
  readonly now: () => Date;
}): TimerQueue => {
  const { logger, prefix, now } = options;
  // Commands under way when Redis goes are repeated when it is back, as BullMQ's workers need it.
  const redis = new Redis(options.url, {
    maxRetriesPerRequest: null,
    socketTimeout: silentSocketMs,
    disconnectTimeout: closeWithinMs / 2,
    retryStrategy: (times) => Math.min(times * 100, longestPauseMs),
  });
  let away = false;
  const onError = (error: unknown): void => {
    if (!away) logger.warn({ err: error }, 'Redis is away: timers ring by the sweep');
    away = true;
  };
  redis.on('error', onError);
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  const queue = new Queue(queueName, { connection: redis, prefix });
  queue.on('error', onError);

  /** Only while Redis is there, so that an outage fills no queue of ours. */
  const tell = (what: string, action: () => Promise<unknown>): void => {
    if (redis.status !== 'ready') return;
    action().catch((error: unknown) => {
      if (redis.status === 'ready') logger.warn({ err: error }, what);
    });
  };

  return {
    set: (timers) => {
      if (timers.length === 0) return;
      tell('alarms not set', () =>
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
      for (const orderId of orderIds) tell('alarm not removed', () => queue.remove(orderId));
    },
    onAlarm: (ring) => {
      const worker = new QueueWorker(queueName, coalesced(ring), {
        connection: redis,
        prefix,
        concurrency: 100,
        runRetryDelay: 1_000,
        // An alarm is done in milliseconds, or the sweep does its work.
        skipLockRenewal: true,
      });
      worker.on('error', onError);
      return {
        stop: async () => {
          // Ending in order needs a Redis that answers; an alarm left in work is taken over by another replica.
          const closing = Promise.allSettled([worker.close(redis.status !== 'ready'), queue.close()]);
          await Promise.race([closing, delay(closeWithinMs, undefined, { ref: false })]);
          redis.disconnect();
        },
      };
    },
  };
};
