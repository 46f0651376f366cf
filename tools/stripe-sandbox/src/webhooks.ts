import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Books } from './books.ts';
import { eventObject, type EventRecord } from './events.ts';
import type { Log } from './log.ts';

/** At once at most; more events wait. */
const concurrency = 8;
const answerWithinMs = 10_000;
const firstRetryMs = 200;
const longestRetryMs = 60_000;
/** With the pauses above about ten minutes; then the event is given up. */
const tries = 18;

/** Stripe's signature header (https://docs.stripe.com/webhooks#verify-manually). */
const signature = (secret: string, payload: string, seconds: number): string => {
  const mac = createHmac('sha256', secret).update(`${seconds}.${payload}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
};

export interface Webhooks {
  send(event: EventRecord): void;
  /** Ends deliveries; what is undelivered goes out after the next start. */
  stop(): void;
}

/** Delivers events to one endpoint, at least once each, in no guaranteed order, until it answers 2xx. */
export const startWebhooks = (
  deps: { readonly books: Books; readonly log: Log; readonly now: () => number },
  endpoint: { readonly url: string; readonly secret: string },
): Webhooks => {
  const isHttps = endpoint.url.startsWith('https:');
  const agent = isHttps ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const request = isHttps ? httpsRequest : httpRequest;
  const waiting: { readonly event: EventRecord; readonly failed: number }[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let underWay = 0;
  let stopped = false;

  const deliver = (event: EventRecord): Promise<void> => {
    const payload = JSON.stringify(eventObject(deps.books, event));
    return new Promise((resolve, reject) => {
      const outgoing = request(
        endpoint.url,
        {
          method: 'POST',
          agent,
          timeout: answerWithinMs,
          headers: {
            'Content-Type': 'application/json; charset=utf-8',
            'Content-Length': Buffer.byteLength(payload),
            'Stripe-Signature': signature(endpoint.secret, payload, deps.now()),
            'User-Agent': 'Stripe/1.0 (local sandbox)',
          },
        },
        (answer) => {
          answer.resume();
          answer.on('error', reject);
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve();
            else reject(new Error(`the endpoint answered ${status}`));
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
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
    if (!stopped) deps.books.commit({ settled: [event.id] });
  };

  const run = async (event: EventRecord, failed: number): Promise<void> => {
    try {
      await deliver(event);
      settle(event);
    } catch (error) {
      if (stopped) return;
      const reason = error instanceof Error ? error.message : String(error);
      const facts = { event: event.id, type: event.type, reason, failed: failed + 1 };
      if (failed + 1 < tries) {
        deps.log.warn(facts, 'webhook not delivered, will be tried again');
        retryLater(event, failed + 1);
      } else {
        deps.log.error(facts, 'webhook given up');
        settle(event);
      }
    }
  };

  const work = (): void => {
    while (underWay < concurrency) {
      const next = stopped ? undefined : waiting.shift();
      if (next === undefined) return;
      underWay += 1;
      void run(next.event, next.failed).finally(() => {
        underWay -= 1;
        work();
      });
    }
  };

  for (const event of deps.books.unsettled()) waiting.push({ event, failed: 0 });
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
