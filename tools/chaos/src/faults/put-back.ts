import type { Product, ProductProcess } from '@ticketing/test/start-product';
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnStores } from '../network/own-stores.ts';
import { readLastSequence } from './stores.ts';

/** So many events are lost at least; until then the store is not put back. */
const leastLost = 5;
const incomingFolder = 'incoming';

/**
 * Copies the data of NATS, lets the product go on for `ms` at least, and puts the copy back: NATS then has forgotten what it
 * has acknowledged meanwhile. Returns how many events that are, at least; 0 when `mayWait` ends before there are any.
 */
export const putStoreBack = async (
  { product, stores, nats }: { readonly product: Product; readonly stores: OwnStores; readonly nats: ProductProcess },
  { pause, mayWait }: { readonly pause: () => Promise<void>; readonly mayWait: () => boolean },
): Promise<number> => {
  const copy = await mkdtemp(join(tmpdir(), 'ticketing-copy-'));
  try {
    const directory = stores.directoryOf(nats);
    // Stopped, so that its files agree with each other.
    if (!product.signal(nats, 'SIGSTOP')) throw new Error('NATS has been restarted');
    try {
      await cp(directory, copy, { recursive: true });
    } finally {
      product.signal(nats, 'SIGCONT');
    }
    const copied = await readLastSequence(product);
    let last = copied;
    do {
      await pause();
      last = await readLastSequence(product);
    } while (last - copied < leastLost && mayWait());
    if (last === copied) return 0;
    await stores.whileKilled(nats, async () => {
      // Within the directory, which may be a file system of its own. Nothing is removed until all is copied.
      const incoming = join(directory, incomingFolder);
      try {
        await cp(copy, incoming, { recursive: true });
        for (const name of await readdir(directory))
          if (name !== incomingFolder) await rm(join(directory, name), { recursive: true });
        for (const name of await readdir(incoming)) await rename(join(incoming, name), join(directory, name));
      } finally {
        await rm(incoming, { recursive: true, force: true });
      }
    });
    return last - copied;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
};
