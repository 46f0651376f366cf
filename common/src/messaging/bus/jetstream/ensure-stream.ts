import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from 'pino';

const dayMs = 24 * 60 * 60 * 1000;
const megabyte = 1024 * 1024;
/** How long the stream keeps an event that nothing purges. */
const streamMaxAgeMs = 30 * dayMs;
/** 80 % of the store of 1,800 MB that every NATS configuration of this project sets up. */
export const streamMaxBytes = 1_440 * megabyte;
/** A smaller stream is of no use: the error is reported instead. */
const minBytes = megabyte;
const aggregates = ['user', 'ticket', 'order', 'charge'] as const;
/** JetStream's error codes for a store that cannot reserve this much. */
const storeIsTooSmall = [10_023, 10_028, 10_047] as const;
export const streamNotFound = 10_059;

/** The stream that holds all events. */
export const streamName = (namespace: string | undefined): string =>
  namespace === undefined ? 'TICKETING' : `TICKETING-${namespace}`;

/** Before every subject of the stream. */
export const subjectPrefix = (namespace: string | undefined): string =>
  namespace === undefined ? '' : `${namespace}.`;

export interface StreamSettings {
  readonly name: string;
  /** Before every subject. */
  readonly prefix: string;
  readonly replicas: number;
  readonly maxBytes: number;
}

type Config = Parameters<JetStreamManager['streams']['update']>[1];

export const isApiError = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof JetStreamApiError && codes.includes(error.code);

export const streamExists = (manager: JetStreamManager, name: string): Promise<boolean> =>
  manager.streams.info(name).then(
    () => true,
    (error: unknown) => {
      if (isApiError(error, streamNotFound)) return false;
      throw error;
    },
  );

/**
 * Creates the stream, or updates it to this version's settings. JetStream reserves the stream's bytes: where the store is
 * smaller, the stream becomes smaller in steps. A stream that cannot be updated is used as it is.
 */
export const ensureStream = async (
  manager: JetStreamManager,
  { name, prefix, replicas, maxBytes }: StreamSettings,
  logger: Logger,
): Promise<void> => {
  const config: Config = {
    subjects: aggregates.map((aggregate) => `${prefix}${aggregate}.>`),
    max_age: nanos(streamMaxAgeMs),
    // A full stream refuses events, which then wait in their outboxes; it loses none that a consumer still needs.
    discard: DiscardPolicy.New,
    duplicate_window: nanos(2 * 60 * 1000),
    num_replicas: replicas,
  };
  // Looked up first: an `add` of an existing stream is checked against the store as if its bytes were needed twice.
  const exists = await streamExists(manager, name);
  const kind = { name, retention: RetentionPolicy.Limits, storage: StorageType.File };
  for (let bytes = maxBytes; ; bytes = Math.floor(bytes * 0.8)) {
    try {
      if (exists) await manager.streams.update(name, { ...config, max_bytes: bytes });
      else await manager.streams.add({ ...kind, ...config, max_bytes: bytes });
      return;
    } catch (error) {
      if (isApiError(error, ...storeIsTooSmall) && bytes * 0.8 >= minBytes) continue;
      if (!exists) throw error;
      logger.warn({ err: error, stream: name }, 'the settings of the stream could not be updated');
      return;
    }
  }
};
