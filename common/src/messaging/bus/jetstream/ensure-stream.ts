import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { sessionDays } from '../../../events/index.ts';
import { newId } from '../../../mongo/index.ts';

const dayMs = 24 * 60 * 60 * 1000;
const megabyte = 1024 * 1024;
/** How long the stream keeps an event that nothing purges. */
const eventsMaxAgeMs = 30 * dayMs;
/** 80 % of the store of 1,800 MB that every NATS configuration of this project sets up. */
export const streamMaxBytes = 1_440 * megabyte;
/** A smaller stream is of no use: the error is reported instead. */
const minBytes = megabyte;
/** Share of the size of both streams together: about 100,000 ended sessions by default. */
const sessionsShare = 1 / 32;
/** JetStream's error codes for a store that cannot reserve this much. */
const storeIsTooSmall = [10_023, 10_028, 10_047] as const;
export const streamNotFound = 10_059;
const nameInUse = 10_058;

/** Before every subject. */
export const subjectPrefix = (namespace: string | undefined): string =>
  namespace === undefined ? '' : `${namespace}.`;

export interface StreamSettings {
  readonly name: string;
  /** With a wildcard: `ticket.>`. */
  readonly subjects: readonly string[];
  readonly replicas: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly discard: DiscardPolicy;
}

/** The stream of all events but ended sessions. */
export const streamName = (namespace: string | undefined): string =>
  namespace === undefined ? 'TICKETING' : `TICKETING-${namespace}`;

/** The two streams: all events but ended sessions; and those, which every replica of every service reads when it starts. */
export const streamsOf = (options: {
  readonly namespace: string | undefined;
  readonly replicas: number;
  /** Of both streams together. */
  readonly maxBytes: number;
}): { readonly events: StreamSettings; readonly sessions: StreamSettings } => {
  const { namespace, replicas, maxBytes } = options;
  const sessionsBytes = Math.max(minBytes, Math.floor(maxBytes * sessionsShare));
  const subjects = (...aggregates: readonly string[]) =>
    aggregates.map((aggregate) => `${subjectPrefix(namespace)}${aggregate}.>`);
  return {
    events: {
      name: streamName(namespace),
      subjects: subjects('user', 'ticket', 'order', 'charge'),
      replicas,
      maxBytes: maxBytes - sessionsBytes,
      maxAgeMs: eventsMaxAgeMs,
      // A full stream refuses events, which then wait in their outboxes; it loses none that a consumer still needs.
      discard: DiscardPolicy.New,
    },
    sessions: {
      name: `${streamName(namespace)}-SESSIONS`,
      subjects: subjects('session'),
      replicas,
      maxBytes: sessionsBytes,
      // A session's token has expired by then.
      maxAgeMs: sessionDays * dayMs,
      // Each service keeps what it has received in its database: only one that never ran would miss the oldest. Sign-outs
      // that could not be published would be worse.
      discard: DiscardPolicy.Old,
    },
  };
};

type Config = Parameters<JetStreamManager['streams']['update']>[1];

export const isApiError = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof JetStreamApiError && codes.includes(error.code);

const findConfig = async (manager: JetStreamManager, name: string) => {
  try {
    const { config, created } = await manager.streams.info(name);
    return { ...config, created };
  } catch (error) {
    if (isApiError(error, streamNotFound)) return undefined;
    throw error;
  }
};

/** Whether the stream exists and stores every event that this version publishes to it. */
export const hasStream = async (
  manager: JetStreamManager,
  { name, subjects }: Pick<StreamSettings, 'name' | 'subjects'>,
): Promise<boolean> => {
  const found = await findConfig(manager, name);
  return found !== undefined && subjects.every((subject) => found.subjects.includes(subject));
};

/**
 * Creates the stream, or updates it to this version's settings where they differ; subjects that only another version knows
 * stay. JetStream reserves the stream's bytes: where the store is smaller, the stream becomes smaller in steps. A stream
 * that cannot be updated is used as it is.
 */
export const ensureStream = async (
  manager: JetStreamManager,
  settings: StreamSettings,
  logger: Logger,
): Promise<void> => {
  const { name, replicas, maxBytes } = settings;
  // Looked up first: an `add` of an existing stream is checked against the store as if its bytes were needed twice.
  const found = await findConfig(manager, name);
  const config = {
    subjects: [...new Set([...(found?.subjects ?? []), ...settings.subjects])],
    max_age: nanos(settings.maxAgeMs),
    discard: settings.discard,
    duplicate_window: nanos(2 * 60 * 1000),
    num_replicas: replicas,
    // Identifies the stream, since nats-server changes `created` when a stream is updated after a restart. Replicas that
    // find a stream of an earlier release without an id all give it the same one.
    metadata: { ...found?.metadata, id: found?.metadata?.['id'] ?? found?.created ?? newId() },
  };
  for (let bytes = maxBytes; ; bytes = Math.floor(bytes * 0.8)) {
    const wanted = { ...config, max_bytes: bytes };
    try {
      if (found === undefined) {
        await manager.streams.add({ name, retention: RetentionPolicy.Limits, storage: StorageType.File, ...wanted });
      } else if (differs(found, wanted)) await manager.streams.update(name, wanted);
      return;
    } catch (error) {
      if (isApiError(error, ...storeIsTooSmall) && bytes * 0.8 >= minBytes) continue;
      // Another replica has created it, under an id of its own.
      if (isApiError(error, nameInUse)) return ensureStream(manager, settings, logger);
      if (found === undefined) throw error;
      logger.warn({ err: error, stream: name }, 'the settings of the stream could not be updated');
      return;
    }
  }
};

/** `found` has the subjects of `wanted` first, in their order. */
const differs = (found: Partial<StreamConfig>, wanted: Config): boolean =>
  found.subjects?.length !== wanted.subjects?.length ||
  found.metadata?.['id'] !== wanted.metadata?.['id'] ||
  found.max_age !== wanted.max_age ||
  found.discard !== wanted.discard ||
  found.duplicate_window !== wanted.duplicate_window ||
  found.num_replicas !== wanted.num_replicas ||
  found.max_bytes !== wanted.max_bytes;
