import { AckPolicy, DeliverPolicy, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { isApiError, streamNotFound } from './ensure-stream.ts';

export const consumerNotFound = 10_014;

/** Undefined when the broker has no such consumer, or no such stream. */
export const findConsumer = async (
  manager: JetStreamManager,
  stream: string,
  durable: string,
): Promise<ConsumerInfo | undefined> => {
  try {
    return await manager.consumers.info(stream, durable);
  } catch (error) {
    if (isApiError(error, consumerNotFound)) return undefined;
    throw error;
  }
};

/** Creates a durable consumer that gets everything that the stream holds, or updates it to this version's settings. */
export const ensureConsumer = async (
  manager: JetStreamManager,
  stream: string,
  options: { readonly durable: string; readonly subject: string; readonly ackWaitMs: number },
): Promise<ConsumerInfo> => {
  const config = {
    filter_subject: options.subject,
    ack_wait: nanos(options.ackWaitMs),
    // High, because messages that wait for a delayed redelivery count as unacknowledged.
    max_ack_pending: 20_000,
    max_deliver: -1,
  };
  try {
    return await manager.consumers.add(stream, {
      durable_name: options.durable,
      deliver_policy: DeliverPolicy.All,
      ack_policy: AckPolicy.Explicit,
      ...config,
    });
  } catch (error) {
    if (isApiError(error, streamNotFound)) throw error;
    return await manager.consumers.update(stream, options.durable, config).catch(() => {
      throw error;
    });
  }
};
