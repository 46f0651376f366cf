import type { JetStreamManager } from '@nats-io/jetstream';
import type { Acknowledged, ConsumerState, EventStore } from '../transport.ts';
import { consumerNotFound } from './ensure-consumer.ts';
import { isApiError } from './ensure-stream.ts';

/** The durable consumers of a stream; `prefix` stands before every subject. */
export const readConsumers = async (
  manager: JetStreamManager,
  stream: string,
  prefix: string,
): Promise<ConsumerState[]> => {
  const consumers: ConsumerState[] = [];
  for await (const info of manager.consumers.list(stream)) {
    const { durable_name: durable, filter_subject: filter } = info.config;
    if (durable === undefined) continue;
    const isOneSubject = filter !== undefined && filter.startsWith(prefix) && !/[*>]/.test(filter);
    consumers.push({
      durable,
      subject: isOneSubject ? filter.slice(prefix.length) : undefined,
      pending: info.num_pending,
      unacknowledged: info.num_ack_pending,
      acknowledgedUpTo: info.ack_floor.stream_seq,
      deliveredUpTo: info.delivered.stream_seq,
      isPulling: info.num_waiting > 0,
    });
  }
  return consumers;
};

const messageNotFound = 10_037;

/** When the first message of this subject behind a sequence was stored; undefined when there is none. */
export const timeOfNext = async (
  manager: JetStreamManager,
  stream: string,
  { subject, after }: { readonly subject: string; readonly after: number },
): Promise<Date | undefined> => {
  // The broker finds it by both; the client's type has only the sequence.
  const next = { seq: after + 1, next_by_subj: subject };
  return (await manager.streams.getMessage(stream, next))?.time;
};

/** The last acknowledgement at the moment when a message was sent. */
interface SentAfter {
  readonly sequence: number;
  readonly epoch: number;
}

/** The acknowledgements that this process has received. */
export class Acknowledgements {
  #last: Acknowledged | undefined;
  /** Raised when the broker is known to have lost messages: sequences of different epochs do not compare. */
  #epoch = 0;

  get last(): Acknowledged | undefined {
    return this.#last;
  }

  /** To be passed to `add` with the acknowledgement of a message that is sent now. */
  sending(): SentAfter {
    return { sequence: this.#last?.sequence ?? 0, epoch: this.#epoch };
  }

  /**
   * Records an acknowledgement. A message that was sent after another one was acknowledged has a higher sequence, unless
   * the broker has lost messages. Returns whether it has.
   */
  add(message: Acknowledged, sentAfter: SentAfter): boolean {
    if (sentAfter.epoch !== this.#epoch) return false;
    if (message.sequence <= sentAfter.sequence) {
      // Returns true once, not for each message that is in flight: the caller keeps the loss until it is handled.
      this.forget();
      return true;
    }
    if (message.sequence > (this.#last?.sequence ?? 0)) this.#last = message;
    return false;
  }

  forget(): void {
    this.#last = undefined;
    this.#epoch += 1;
  }
}

/** `manager` rejects while there is no connection. */
export const createEventStore = (options: {
  readonly manager: () => Promise<JetStreamManager>;
  readonly stream: string;
  readonly sessionStream: string;
  readonly prefix: string;
  readonly acknowledgements: Acknowledgements;
}): EventStore => {
  const { manager, stream, sessionStream, prefix, acknowledgements } = options;
  const sizeOf = async (name: string) => {
    const { state, config } = await (await manager()).streams.info(name);
    return { bytes: state.bytes, maxBytes: config.max_bytes };
  };
  return {
    sizes: async () => [
      { stream: 'events', ...(await sizeOf(stream)) },
      { stream: 'sessions', ...(await sizeOf(sessionStream)) },
    ],
    state: async () => {
      const { created, state, config } = await (await manager()).streams.info(stream);
      return {
        id: config.metadata?.['id'],
        created,
        lastSequence: state.last_seq,
        oldestAt: state.messages === 0 ? undefined : new Date(state.first_ts),
        bytes: state.bytes,
        maxBytes: config.max_bytes,
      };
    },
    consumers: async () => readConsumers(await manager(), stream, prefix),
    messageId: async (sequence) => {
      try {
        const message = await (await manager()).streams.getMessage(stream, { seq: sequence });
        return message?.header.get('Nats-Msg-Id');
      } catch (error) {
        if (isApiError(error, messageNotFound)) return undefined;
        throw error;
      }
    },
    purge: async (subject, upTo) => {
      // The broker deletes what lies below the sequence that it is given.
      await (await manager()).streams.purge(stream, { filter: prefix + subject, seq: upTo + 1 });
    },
    removeConsumer: async (durable) => {
      try {
        await (await manager()).consumers.delete(stream, durable);
      } catch (error) {
        // Another replica has removed it.
        if (!isApiError(error, consumerNotFound)) throw error;
      }
    },
    lastAcknowledged: () => acknowledgements.last,
    forgetAcknowledged: () => acknowledgements.forget(),
  };
};
