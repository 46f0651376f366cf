import type { ConsumerState, StreamState } from '../bus/transport.ts';
import type { RequiredDurable } from '../listening/durable-name.ts';

/** Above this part of the stream's bytes, an abandoned consumer no longer holds messages back. */
const almostFull = 0.85;
/** A consumer without a process for this long counts as abandoned. */
export const abandonedAfterMs = 10 * 60_000;

/** What a pass of the purge has seen of one consumer. */
export interface SeenConsumer {
  readonly durable: string;
  readonly acknowledgedUpTo: number;
  /** When a process last waited for its messages or acknowledged some. */
  readonly aliveAt: Date;
  /** Set while messages are purged that it has not acknowledged: the time of the oldest of them, or earlier. */
  readonly skippedSince?: Date;
}

/** Up to where the consumers of one subject had acknowledged its messages. */
interface Floor {
  readonly subject: string;
  readonly upTo: number;
}

/** What a pass of the purge stores for the next one. */
export interface PurgePass {
  /** Absent in a pass of the release before, and of a stream that could not be given one. */
  readonly streamId?: string;
  readonly created: string;
  readonly floors: readonly Floor[];
  readonly consumers: readonly SeenConsumer[];
}

export interface PurgePlan {
  readonly purges: readonly Floor[];
  readonly pass: PurgePass;
  /** Consumers that have a process again after messages of theirs were purged; and since when. */
  readonly resumed: readonly { readonly durable: string; readonly since: Date }[];
}

const isAbandoned = (consumer: SeenConsumer, now: Date): boolean =>
  now.getTime() - consumer.aliveAt.getTime() >= abandonedAfterMs;

const isOf = (state: Pick<StreamState, 'id' | 'created'>, { streamId, created }: PurgePass): boolean =>
  streamId === undefined ? created === state.created : streamId === state.id;

/**
 * Plans one pass of the purge. The events of a subject are purged up to the lowest ack floor of its consumers at the pass
 * before, and only while every required consumer of the subject exists. A subject without consumers is purged up to the
 * last sequence at the pass before. Consumers that only the broker lists, such as those of a newer release, count as well.
 */
export const planPurge = (input: {
  readonly subjects: readonly string[];
  readonly required: readonly RequiredDurable[];
  readonly state: Pick<StreamState, 'id' | 'created' | 'lastSequence' | 'oldestAt' | 'bytes' | 'maxBytes'>;
  readonly consumers: readonly ConsumerState[];
  readonly before: PurgePass | undefined;
  readonly now: Date;
}): PurgePlan => {
  const { subjects, required, state, now } = input;
  const before = input.before !== undefined && isOf(state, input.before) ? input.before : undefined;
  const seenBefore = new Map(before?.consumers.map((consumer) => [consumer.durable, consumer]));
  const floorsBefore = new Map(before?.floors.map(({ subject, upTo }) => [subject, upTo]));
  const isAlmostFull = state.maxBytes > 0 && state.bytes > almostFull * state.maxBytes;

  const seen = new Map<string, SeenConsumer>();
  const resumed: { durable: string; since: Date }[] = [];
  for (const consumer of input.consumers) {
    const earlier = seenBefore.get(consumer.durable);
    // A purge raises the ack floor of its consumers, which is no acknowledgement by a process.
    const moved = Math.max(earlier?.acknowledgedUpTo ?? 0, floorsBefore.get(consumer.subject ?? '') ?? 0);
    const isAlive = earlier === undefined || consumer.isPulling || consumer.acknowledgedUpTo > moved;
    const { durable, acknowledgedUpTo } = consumer;
    const since = earlier?.skippedSince;
    if (isAlive && since !== undefined) resumed.push({ durable, since });
    seen.set(durable, {
      durable,
      acknowledgedUpTo,
      aliveAt: isAlive ? now : earlier.aliveAt,
      ...(isAlive || since === undefined ? {} : { skippedSince: since }),
    });
  }

  const purges: Floor[] = [];
  const floors: Floor[] = [];
  for (const subject of subjects) {
    const consumers = input.consumers.filter(
      (consumer) => consumer.subject === subject || consumer.subject === undefined,
    );
    const needed = required.filter((durable) => durable.subject === subject);
    if (!needed.every(({ durable }) => consumers.some((consumer) => consumer.durable === durable))) continue;
    const held = consumers.filter(({ durable }) => {
      const consumer = seen.get(durable);
      return !isAlmostFull || consumer === undefined || !isAbandoned(consumer, now);
    });
    const upTo = Math.min(state.lastSequence, ...held.map(({ acknowledgedUpTo }) => acknowledgedUpTo));
    floors.push({ subject, upTo });
    const purged = Math.min(upTo, floorsBefore.get(subject) ?? 0);
    if (purged === 0) continue;
    purges.push({ subject, upTo: purged });
    for (const { durable, acknowledgedUpTo } of consumers) {
      const consumer = seen.get(durable);
      if (consumer === undefined || acknowledgedUpTo >= purged || consumer.skippedSince !== undefined) continue;
      seen.set(durable, { ...consumer, skippedSince: state.oldestAt ?? now });
    }
  }
  return {
    purges,
    pass: {
      ...(state.id === undefined ? {} : { streamId: state.id }),
      created: state.created,
      floors,
      consumers: [...seen.values()],
    },
    resumed,
  };
};
