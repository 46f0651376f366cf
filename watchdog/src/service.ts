import { createLogger, Metrics, openServer, periodically, type RunningService } from '@ticketing/common/service';
import { createApp } from './app.ts';
import type { Limits } from './checks/check.ts';
import type { Config } from './config.ts';
import { readRepairs } from './page/read-repairs.ts';
import { Watch, type WatchMeters } from './scan/watch.ts';
import { openSources } from './sources/open-sources.ts';

const scanEveryMs = 10_000;

export interface WatchdogOverrides {
  readonly scanEveryMs?: number;
  readonly limits?: Partial<Limits>;
  /** Set by tests only: their own stream on a shared server. */
  readonly namespace?: string;
}

const createMeters = (metrics: Metrics): WatchMeters => {
  const scans = metrics.counter('audit_scans_total', 'Scans by outcome', ['outcome']);
  const truncated = metrics.counter('audit_truncated_scans_total', 'Scans that did not read all new orders');
  const lastSuccess = metrics.gauge('audit_last_success_seconds', 'Time of the last successful scan, in Unix time');
  const duration = metrics.gauge('audit_duration_seconds', 'Duration of the last successful scan');
  const checked = metrics.gauge('audit_checked', 'Items checked in the last successful scan', ['check']);
  const violations = metrics.gauge('audit_violations', 'Violations that the last two scans found', ['check']);
  return {
    succeeded: ({ at, seconds, counts }) => {
      scans.inc({ outcome: 'read' });
      lastSuccess.set(at / 1000);
      duration.set(seconds);
      for (const { check, checked: items, violations: count } of counts) {
        checked.set({ check }, items);
        violations.set({ check }, count);
      }
    },
    failed: () => scans.inc({ outcome: 'unreadable' }),
    truncated: () => truncated.inc(),
  };
};

/**
 * Starts the watchdog, which runs the checks of the audit while the product runs. It stores nothing, so it is ready as
 * soon as it listens, whether or not the sources can be read.
 */
export const startService = async (config: Config, overrides: WatchdogOverrides = {}): Promise<RunningService> => {
  const logger = createLogger({ service: 'watchdog', level: config.LOG_LEVEL });
  const metrics = new Metrics();
  const sources = openSources(
    {
      mongoUrls: {
        auth: config.AUTH_MONGO_URL,
        tickets: config.TICKETS_MONGO_URL,
        orders: config.ORDERS_MONGO_URL,
        expiration: config.EXPIRATION_MONGO_URL,
        payments: config.PAYMENTS_MONGO_URL,
        notifications: config.NOTIFICATIONS_MONGO_URL,
      },
      natsUrl: config.NATS_URL,
      bus: config.BUS,
      stripe: { host: config.STRIPE_HOST, key: config.STRIPE_KEY },
      ...(overrides.namespace === undefined ? {} : { namespace: overrides.namespace }),
    },
    'watchdog',
  );
  const watch = new Watch({
    sources,
    meters: createMeters(metrics),
    ...(overrides.limits === undefined ? {} : { limits: overrides.limits }),
  });
  let isStopping = false;
  const server = await openServer({
    app: createApp({ state: () => watch.state, repairs: () => readRepairs(config.METRICS_URLS) }),
    host: config.HOST,
    port: config.PORT,
    isReady: () => !isStopping,
    metrics: metrics.registry,
  });
  let logged = new Set<string>();
  const worker = periodically({ name: 'scan', periodMs: overrides.scanEveryMs ?? scanEveryMs, logger }, async () => {
    const before = watch.state.problem;
    await watch.scan();
    const { problem, violations } = watch.state;
    if (problem !== undefined && problem !== before) logger.warn({ problem }, 'scan failed');
    if (problem === undefined && before !== undefined) logger.info('scans succeed again');
    // Each violation once, for as long as it lasts.
    for (const { check, ids, text } of violations) {
      if (!logged.has(text)) logger.error({ check, ids }, text);
    }
    logged = new Set(violations.map(({ text }) => text));
  });
  logger.info({ url: server.url }, 'listening');
  return {
    url: server.url,
    ready: Promise.resolve(),
    isReady: () => !isStopping,
    stop: async () => {
      if (isStopping) return;
      isStopping = true;
      await server.drain();
      // Closing the sources ends the reads of a running scan.
      await Promise.all([worker.stop(), sources.close()]);
      logger.info('stopped');
    },
  };
};
