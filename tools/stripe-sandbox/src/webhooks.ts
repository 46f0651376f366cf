import type { Logger } from '@ticketing/common/service';
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Store } from './store.ts';
import type { Behaviour } from './behaviour.ts';
import { eventObject, type EventRecord } from './events.ts';

/** Deliveries in progress; further events wait. */
const concurrency = 8;
const timeoutMs = 10_000;
const firstRetryMs = 200;
const longestRetryMs = 60_000;
/** About ten minutes with the delays above; then the event is abandoned. */
const maxAttempts = 18;

/** Events that wait for their delivery, by id only: their bodies are read from the journal when they are sent. */
const maxPending = 10_000;

/** Stripe's signature header (https://docs.stripe.com/webhooks#verify-manually). */
const signature = (secret: string, payload: string, seconds: number): string => {
  const mac = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
};

export interface Webhooks {
  send(id: string): void;
  /** Continues after the webhooks were switched off. */
  resume(): void;
  /** Ends deliveries; undelivered events are sent after the next start. */
  stop(): void;
}

interface Delivery {
  readonly id: string;
  readonly failed: number;
}

/**
 * Delivers each event to one endpoint at least once, in no guaranteed order: it retries until the endpoint returns 2xx.
 * What it abandons is still in the list of events.
 */
export const startWebhooks = (
  deps: {
    readonly store: Store;
    readonly behaviour: Behaviour;
    readonly logger: Logger;
    readonly now: () => number;
  },
  endpoint: { readonly url: string; readonly secret: string },
): Webhooks => {
  const isHttps = endpoint.url.startsWith('https:');
  const agent = isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const request = isHttps ? httpsRequest : httpRequest;
  let waiting: Delivery[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let inProgress = 0;
  let stopped = false;

  const deliver = (event: EventRecord): Promise<void> => {
    const payload = JSON.stringify(eventObject(deps.store, event, true));
    return new Promise((resolve, reject) => {
      const outgoing = request(
        endpoint.url,
        {
          method: 'POST',
          agent,
          timeout: timeoutMs,
          headers: {
            'Content-Type': 'application/json; charset=utf-8',
            'Content-Length': Buffer.byteLength(payload),
            'Stripe-Signature': signature(endpoint.secret, payload, deps.now()),
            'User-Agent': 'Stripe/1.0 (local sandbox)',
          },
        },
        (response) => {
          response.resume();
          response.on('error', reject);
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve();
            else reject(new Error(`the endpoint returned ${status}`));
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no response within ${timeoutMs} ms`)));
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  };

  const retryLater = (delivery: Delivery): void => {
    const pause = Math.min(firstRetryMs * 2 ** (delivery.failed - 1), longestRetryMs);
    const timer = setTimeout(() => {
      timers.delete(timer);
      waiting.push(delivery);
      work();
    }, pause);
    timers.add(timer);
  };

  const settle = (id: string): void => {
    if (!stopped) deps.store.commit({ settled: [id] });
  };

  const run = async ({ id, failed }: Delivery): Promise<void> => {
    const event = deps.store.event(id);
    if (event === undefined) return settle(id);
    try {
      await deliver(event);
      settle(id);
    } catch (error) {
      if (stopped) return;
      const reason = error instanceof Error ? error.message : String(error);
      const details = { event: id, type: event.type, reason, failed: failed + 1 };
      if (failed + 1 < maxAttempts) {
        deps.logger.warn(details, 'webhook not delivered, will be retried');
        retryLater({ id, failed: failed + 1 });
      } else {
        deps.logger.error(details, 'webhook abandoned after the last attempt');
        settle(id);
      }
    }
  };

  const work = (): void => {
    while (inProgress < concurrency) {
      const isOff = stopped || deps.behaviour.current().webhooks === 'off';
      const next = isOff ? undefined : waiting.shift();
      if (next === undefined) return;
      // It may have been abandoned while it waited.
      if (!deps.store.pending.has(next.id)) continue;
      inProgress += 1;
      void run(next).finally(() => {
        inProgress -= 1;
        work();
      });
    }
  };

  const abandonOldest = (): void => {
    const { pending } = deps.store;
    if (pending.size <= maxPending) return;
    const excess = [...pending].slice(0, -maxPending);
    deps.logger.error({ count: excess.length }, 'webhooks abandoned, too many are pending');
    deps.store.commit({ settled: excess });
    waiting = waiting.filter(({ id }) => pending.has(id));
  };

  abandonOldest();
  for (const id of deps.store.pending) waiting.push({ id, failed: 0 });
  work();

  return {
    send: (id) => {
      abandonOldest();
      waiting.push({ id, failed: 0 });
      work();
    },
    resume: work,
    stop: () => {
      stopped = true;
      timers.forEach(clearTimeout);
      agent.destroy();
    },
  };
};
