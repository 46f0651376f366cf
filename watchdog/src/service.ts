import { createLogger, Metrics, openServer, periodically, type RunningService } from '@ticketing/common/service';
import { createApp } from './app.ts';
import { openBooks } from './books/open-books.ts';
import type { Limits } from './checks/check.ts';
import type { Config } from './config.ts';
import { readRepairs } from './watchdog/read-repairs.ts';
import { countByCheck, Watch } from './watchdog/watch.ts';

const passEveryMs = 10_000;

export interface WatchdogOverrides {
  readonly passEveryMs?: number;
  readonly limits?: Partial<Limits>;
  /** A stream of a test's own. */
  readonly namespace?: string;
}

/**
 * The watchdog: the checks of the audit, again and again while the product runs. It has no data of its own, so it is
 * ready as soon as it listens, whatever is away.
 */
export const startService = async (config: Config, overrides: WatchdogOverrides = {}): Promise<RunningService> => {
  const logger = createLogger({ service: 'watchdog', level: config.LOG_LEVEL });
  const metrics = new Metrics();
  const violations = metrics.gauge('audit_violations', 'Violations that two passes agree on', ['check']);
  const readings = metrics.counter('audit_readings_total', 'Passes over the books by outcome', ['outcome']);
  const lastSuccess = metrics.gauge('audit_last_success_seconds', 'When the books were last read, in Unix time');
  const duration = metrics.gauge('audit_duration_seconds', 'How long the last pass took');
  const lookedAt = metrics.gauge('audit_looked_at', 'How much the last pass looked at', ['check']);
  const cutShort = metrics.counter('audit_cut_short_total', 'Passes in which more orders were new than are looked at');
  const books = openBooks(
    {
      mongoUrls: {
        auth: config.AUTH_MONGO_URL,
        tickets: config.TICKETS_MONGO_URL,
        orders: config.ORDERS_MONGO_URL,
        expiration: config.EXPIRATION_MONGO_URL,
        payments: config.PAYMENTS_MONGO_URL,
      },
      natsUrl: config.NATS_URL,
      bus: config.BUS,
      stripe: { host: config.STRIPE_HOST, key: config.STRIPE_KEY },
      ...(overrides.namespace === undefined ? {} : { namespace: overrides.namespace }),
    },
    'watchdog',
  );
  const watch = new Watch({
    books,
    ...(overrides.limits === undefined ? {} : { limits: overrides.limits }),
    meters: {
      passed: (state) => {
        readings.inc({ outcome: 'read' });
        lastSuccess.set((state.lastReadAt ?? 0) / 1000);
        duration.set(state.lastSeconds ?? 0);
        for (const [check, count] of countByCheck(state)) violations.set({ check }, count);
        for (const [check, count] of state.lookedAt) lookedAt.set({ check }, count);
      },
      failed: () => readings.inc({ outcome: 'unreadable' }),
      cutShort: () => cutShort.inc(),
    },
  });
  const life = { stopping: false };
  const server = await openServer({
    app: createApp({ state: () => watch.state, repairs: () => readRepairs(config.METRICS_URLS) }),
    host: config.HOST,
    port: config.PORT,
    isReady: () => !life.stopping,
    metrics: metrics.registry,
  });
  const told = new Set<string>();
  const worker = periodically({ name: 'watch', periodMs: overrides.passEveryMs ?? passEveryMs, logger }, async () => {
    const before = watch.state.problem;
    await watch.pass();
    const { problem, violations: found } = watch.state;
    if (problem !== undefined && problem !== before) logger.warn({ problem }, 'the books could not be read');
    if (problem === undefined && before !== undefined) logger.info('the books can be read again');
    for (const { check, ids, text } of found) {
      if (!told.has(text)) logger.error({ check, ids }, text);
    }
    told.clear();
    for (const { text } of found) told.add(text);
  });
  logger.info({ url: server.url }, 'listening');
  return {
    url: server.url,
    ready: Promise.resolve(),
    isReady: () => !life.stopping,
    stop: async () => {
      if (life.stopping) return;
      life.stopping = true;
      await server.drain();
      // A pass that is under way waits for nothing any more then.
      await Promise.all([worker.stop(), books.close()]);
      logger.info('stopped');
    },
  };
};
