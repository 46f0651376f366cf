import type { Logger } from '@ticketing/common/service';
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Store } from './store.ts';
import { eventObject, type EventRecord } from './events.ts';

/** Deliveries in progress; further events wait. */
const concurrency = 8;
const timeoutMs = 10_000;
const firstRetryMs = 200;
const longestRetryMs = 60_000;
/** About ten minutes with the delays above; then the event is abandoned. */
const maxAttempts = 18;

/** Stripe's signature header (https://docs.stripe.com/webhooks#verify-manually). */
const signature = (secret: string, payload: string, seconds: number): string => {
  const mac = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
};

export interface Webhooks {
  send(event: EventRecord): void;
  /** Ends deliveries; undelivered events are sent after the next start. */
  stop(): void;
}

/** Delivers each event to one endpoint at least once, in no guaranteed order: it retries until the endpoint returns 2xx. */
export const startWebhooks = (
  deps: { readonly store: Store; readonly logger: Logger; readonly now: () => number },
  endpoint: { readonly url: string; readonly secret: string },
): Webhooks => {
  const isHttps = endpoint.url.startsWith('https:');
  const agent = isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const request = isHttps ? httpsRequest : httpRequest;
  const waiting: { readonly event: EventRecord; readonly failed: number }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let inProgress = 0;
  let stopped = false;

  const deliver = (event: EventRecord): Promise<void> => {
    const payload = JSON.stringify(eventObject(deps.store, event));
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

  const retryLater = (event: EventRecord, failed: number): void => {
    const pause = Math.min(firstRetryMs * 2 ** (failed - 1), longestRetryMs);
    const timer = setTimeout(() => {
      timers.delete(timer);
      waiting.push({ event, failed });
      work();
    }, pause);
    timers.add(timer);
  };

  const settle = (event: EventRecord): void => {
    if (!stopped) deps.store.commit({ settled: [event.id] });
  };

  const run = async (event: EventRecord, failed: number): Promise<void> => {
    try {
      await deliver(event);
      settle(event);
    } catch (error) {
      if (stopped) return;
      const reason = error instanceof Error ? error.message : String(error);
      const details = { event: event.id, type: event.type, reason, failed: failed + 1 };
      if (failed + 1 < maxAttempts) {
        deps.logger.warn(details, 'webhook not delivered, will be retried');
        retryLater(event, failed + 1);
      } else {
        deps.logger.error(details, 'webhook abandoned after the last attempt');
        settle(event);
      }
    }
  };

  const work = (): void => {
    while (inProgress < concurrency) {
      const next = stopped ? undefined : waiting.shift();
      if (next === undefined) return;
      inProgress += 1;
      void run(next.event, next.failed).finally(() => {
        inProgress -= 1;
        work();
      });
    }
  };

  for (const event of deps.store.unsettled()) waiting.push({ event, failed: 0 });
  work();

  return {
    send: (event) => {
      waiting.push({ event, failed: 0 });
      work();
    },
    stop: () => {
      stopped = true;
      timers.forEach(clearTimeout);
      agent.destroy();
    },
  };
};
