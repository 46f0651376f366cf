import type { JetStreamClient } from '@nats-io/jetstream';
import type { Product } from '@ticketing/test/start-product';
import { stream, withNats } from './stores.ts';

/** The stream stores it, and no service consumes it. */
const filler = 'ticket.chaos-filler';
/** From large to small, so that no room is left for an event. */
const fillerBytes = [64_000, 8_000, 1_000, 100] as const;
/** More than is published between reading the size of the stream and limiting it: below its size, NATS would delete events. */
const roomBytes = 256 * 1024;

const fill = async (client: JetStreamClient): Promise<void> => {
  for (const bytes of fillerBytes) {
    const body = new Uint8Array(bytes);
    for (let isFull = false; !isFull;) {
      isFull = await client.publish(filler, body).then(
        () => false,
        () => true,
      );
    }
  }
};

export const readMaxBytes = (product: Product): Promise<number> =>
  withNats(product, async (manager) => (await manager.streams.info(stream)).config.max_bytes);

/** Lowers the limit of the stream, and fills what is left up to it: until it is emptied, events are refused. */
export const fillStream = (product: Product): Promise<void> =>
  withNats(product, async (manager) => {
    const { config, state } = await manager.streams.info(stream);
    const most = state.bytes + roomBytes;
    // Services that connect set their own limit again.
    if (config.max_bytes > most) await manager.streams.update(stream, { max_bytes: most });
    await fill(manager.jetstream());
  });

/** Ends what `fillStream` has begun. */
export const emptyStream = (product: Product, maxBytes: number): Promise<void> =>
  withNats(product, async (manager) => {
    await manager.streams.update(stream, { max_bytes: maxBytes });
    await manager.streams.purge(stream, { filter: filler });
  });
