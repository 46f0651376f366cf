import { z } from 'zod';
import type { EventDefinition } from '../events/index.ts';
import { LiveStreams, type LiveSource, type LiveStates, type SessionGuard } from '../http/index.ts';
import type { Service } from './open-service.ts';
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

export const openLive = (
  service: Pick<Service, 'logger' | 'metrics' | 'transport'>,
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
    isTold: () => transport.isConnected(),
  });
  metrics.observed('live_streams', 'Streams of live pages that are open in this process', () => streams.size);
  metrics.observed(
    'live_stream_room_taken',
    'Share of the streams of live pages that may be open in this process',
    () => streams.roomTaken,
  );
  const follow: (() => Stoppable)[] = [];
  return {
    of: (source, events = []) => {
      const states = streams.of(source);
      for (const { type } of events)
        follow.push(() =>
          transport.follow({
            subject: type,
            from: 'next',
            onMessage: (body) => {
              if (states.isEmpty) return;
              const id = idIn(body);
              if (id !== undefined) states.changed(id);
            },
            onBegin: () => states.changedAll(),
          }),
        );
      return states;
    },
    start: () => {
      const running = [
        ...follow.map((begin) => begin()),
        periodically({ name: 'live streams', periodMs: tickMs, logger }, async () => streams.tick()),
      ];
      return { stop: async () => void (await Promise.all(running.map((one) => one.stop()))) };
    },
    endAll: () => streams.endAll(),
  };
};

const message = z.object({ aggregate: z.object({ id: z.string() }) });

/** Of the aggregate. Listeners set aside what is malformed. */
const idIn = (body: string): string | undefined => {
  try {
    return message.parse(JSON.parse(body)).aggregate.id;
  } catch {
    return undefined;
  }
};
