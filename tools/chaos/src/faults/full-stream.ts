import type { JetStreamClient } from '@nats-io/jetstream';
import { stream, withNats, type Servers } from './stores.ts';

/** The stream stores it, and no service consumes it. */
const filler = 'ticket.chaos-filler';
/** From large to small, so that no room is left for an event. */
const fillerBytes = [64_000, 8_000, 1_000, 100] as const;
/** More than is published between reading the size of the stream and limiting it: below its size, NATS would delete events. */
const roomBytes = 256 * 1024;

/** Returns whether there was room for the message. */
const publish = async (client: JetStreamClient, body: Uint8Array): Promise<boolean> => {
  try {
    await client.publish(filler, body);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('maximum bytes exceeded')) return false;
    throw error;
  }
};

/** Publishes no more than there was room for, in case a service sets the stream's own limit again meanwhile. */
const fill = async (client: JetStreamClient): Promise<void> => {
  let left = roomBytes;
  for (const bytes of fillerBytes) {
    const body = new Uint8Array(bytes);
    while (left > 0 && (await publish(client, body))) left -= bytes;
  }
};

export const readMaxBytes = (product: Servers): Promise<number> =>
  withNats(product, async (manager) => (await manager.streams.info(stream)).config.max_bytes);

/** Lowers the limit of the stream, and fills what is left up to it: until it is emptied, events are refused. */
export const fillStream = (product: Servers): Promise<void> =>
  withNats(product, async (manager) => {
    const { config, state } = await manager.streams.info(stream);
    const most = state.bytes + roomBytes;
    // Services that connect set their own limit again.
    if (config.max_bytes > most) await manager.streams.update(stream, { max_bytes: most });
    await fill(manager.jetstream());
  });

/** Ends what `fillStream` has begun. */
export const emptyStream = (product: Servers, maxBytes: number): Promise<void> =>
  withNats(product, async (manager) => {
    await manager.streams.update(stream, { max_bytes: maxBytes });
    await manager.streams.purge(stream, { filter: filler });
  });
