import type { EventDefinition } from '../events/index.ts';
import { LiveStreams, type LiveSource, type LiveStates, type SessionGuard } from '../http/index.ts';
import type { Transport } from '../messaging/index.ts';
import { followWhileUsed, type Following } from './follow-while-used.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { periodically } from './periodic.ts';
import type { Stoppable } from './stoppable.ts';

/** About 20 KB each, the thing's state included. */
const maxStreams = 6_000;
/** Enough for the open pages of an office behind one address. */
const maxPerReader = 500;
const maxAgeMs = 15 * 60_000;
const tickMs = 500;

/** The live streams of a service: responses that stay open and show each new state of a thing. */
export interface Live {
  /** The streams of things of one kind. Each replica hears by these events, whoever publishes them, what has changed. */
  of(source: LiveSource, events?: readonly Pick<EventDefinition<string, unknown>, 'type'>[]): LiveStates;
  /** Starts once the database is prepared. */
  start(): Stoppable;
  endAll(): void;
}

interface LiveDeps {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'observed'>;
  readonly transport: Pick<Transport, 'follow' | 'isConnected'>;
}

export const openLive = (
  service: LiveDeps,
  config: { readonly RATE_LIMITS: 'on' | 'off' },
  sessions: Pick<SessionGuard, 'isEnded'>,
): Live => {
  const { logger, metrics, transport } = service;
  const streams = new LiveStreams({
    maxStreams,
    maxPerReader: config.RATE_LIMITS === 'on' ? maxPerReader : undefined,
    maxAgeMs,
    sessions,
    logger,
    now: () => performance.now(),
    receivesEvents: () => transport.isConnected(),
  });
  metrics.observed('live_streams', 'Streams of live pages that are open in this process', () => streams.size);
  metrics.observed(
    'live_stream_room_taken',
    'Share of the streams of live pages that may be open in this process',
    () => streams.roomTaken,
  );
  const followed: Following[] = [];
  return {
    of: (source, events = []) => {
      const states = streams.of(source, () => own.forEach(({ tend }) => tend()));
      const own = events.map(({ type }) => followWhileUsed(service, type, states));
      followed.push(...own);
      return states;
    },
    start: () => {
      const ticks = periodically({ name: 'live streams', periodMs: tickMs, logger }, async () => {
        streams.tick();
        for (const { tend } of followed) tend();
      });
      return {
        stop: async () => {
          await ticks.stop();
          await Promise.all(followed.map((one) => one.stop()));
        },
      };
    },
    endAll: () => streams.endAll(),
  };
};
