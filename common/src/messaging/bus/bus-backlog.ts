import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { BusConfig } from './create-transport.ts';
import { streamName, subjectPrefix } from './jetstream/ensure-stream.ts';
import { readConsumers, timeOfNext } from './jetstream/event-store.ts';
import { natsServers } from './nats-servers.ts';
import type { ConsumerState } from './transport.ts';

/** A consumer's backlog. */
export interface ConsumerBacklog extends ConsumerState {
  /** When the oldest event was published that the consumer has not acknowledged; undefined when there is none. */
  readonly waitingSince: Date | undefined;
}

/** Reads the state of the bus without subscribing to it. */
export interface BusBacklog {
  /**
   * Every consumer's backlog; undefined with NATS Streaming, which cannot report it.
   * @throws when the bus does not respond.
   */
  read(): Promise<readonly ConsumerBacklog[] | undefined>;
  close(): Promise<void>;
}

const timeoutMs = 3_000;

interface Open {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
}

/** Connects on the first read, and again after a read that failed. */
export const openBusBacklog = (
  config: Pick<BusConfig, 'BUS' | 'NATS_URL'>,
  options: {
    readonly clientName: string;
    /** Set by tests only: a stream of their own on a shared server. */
    readonly namespace?: string;
  },
): BusBacklog => {
  let open: Open | undefined;
  const connectOnce = async (): Promise<Open> => {
    const connection = await connect({
      ...natsServers(config.NATS_URL),
      name: options.clientName,
      timeout: timeoutMs,
      reconnect: false,
    });
    return {
      connection,
      manager: await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs }),
    };
  };
  const close = async (): Promise<void> => {
    const previous = open;
    open = undefined;
    await previous?.connection.close();
  };
  return {
    read: async () => {
      if (config.BUS === 'nats-streaming') return undefined;
      try {
        if (open?.connection.isClosed() !== false) open = await connectOnce();
        const { manager } = open;
        const [stream, prefix] = [streamName(options.namespace), subjectPrefix(options.namespace)];
        const consumers = await readConsumers(manager, stream, prefix);
        return await Promise.all(
          consumers.map(async (consumer) => {
            const { subject, pending, unacknowledged, acknowledgedUpTo } = consumer;
            const isBehind = subject !== undefined && pending + unacknowledged > 0;
            const waitingSince = isBehind
              ? await timeOfNext(manager, stream, { subject: prefix + subject, after: acknowledgedUpTo })
              : undefined;
            return { ...consumer, waitingSince };
          }),
        );
      } catch (error) {
        await close().catch(() => undefined);
        throw error;
      }
    },
    close,
  };
};
