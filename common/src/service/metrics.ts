import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { HttpKit } from '../http/index.ts';
import type { ListenerCounters, RelayCounters, StreamMetrics } from '../messaging/index.ts';

/** Metrics of every service, in Prometheus' text format at `/metrics`. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests in seconds',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly #published = this.counter('outbox_published_total', 'Events published and acknowledged by the broker');
  readonly #swept = this.counter(
    'outbox_swept_total',
    'Events found in an outbox and published by the sweep, after a process died before it published them',
  );
  readonly #waiting = this.gauge(
    'outbox_waiting',
    'Events waiting to be published because the broker does not acknowledge',
  );
  readonly #handled = this.counter('events_handled_total', 'Events handled, by subject and verdict', [
    'subject',
    'verdict',
  ]);
  readonly #deadLettered = this.counter('events_dead_lettered_total', 'Events stored as dead letters', ['subject']);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.observed(
      'http_request_room_taken',
      'Share of the requests, or of the bytes of their bodies, that may be in progress in this process',
      () => this.#requestRoom,
    );
  }

  counter<const Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A gauge whose value is read at each scrape. */
  observed(name: string, help: string, read: () => number): void {
    this.registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  }

  gauge<const Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label> {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  readonly observeRequest: HttpKit['observe'] = ({ method, route, status, seconds }) => {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  };

  /** Set twice by every request, and read at each scrape only. */
  #requestRoom = 0;

  readonly requestRoomTaken: HttpKit['taken'] = (share) => {
    this.#requestRoom = share;
  };

  readonly relay: RelayCounters = {
    published: (count) => this.#published.inc(count),
    swept: (count) => this.#swept.inc(count),
    waiting: (count) => this.#waiting.set(count),
  };

  readonly #streamBytes = this.gauge('event_stream_bytes', 'Bytes of the streams of events and of ended sessions', [
    'stream',
  ]);
  readonly #streamMaxBytes = this.gauge('event_stream_max_bytes', 'Bytes at which the stream is full', ['stream']);

  readonly #losses = this.counter(
    'event_losses_total',
    'Times that this process has found events missing that NATS had acknowledged',
  );

  readonly stream: StreamMetrics = {
    stream: ({ stream, bytes, maxBytes }) => {
      this.#streamBytes.set({ stream }, bytes);
      this.#streamMaxBytes.set({ stream }, maxBytes);
    },
    lost: () => this.#losses.inc(),
  };

  readonly listeners: ListenerCounters = {
    handled: (subject, verdict, count) => this.#handled.inc({ subject, verdict }, count),
    deadLettered: (subject) => this.#deadLettered.inc({ subject }),
  };
}
