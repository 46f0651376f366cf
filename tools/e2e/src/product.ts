import { isAlive } from '@ticketing/launcher/data-dir';
import type { Product } from '@ticketing/test/start-product';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Names the data directory of the product that the tests of a run share, when they have started it themselves. */
export const dataDirVariable = 'E2E_DATA_DIR';

/** LEGAL_DIR of the product that runs on this data directory. */
export const legalDirOf = (dataDir: string): string => join(dataDir, 'legal');

const stopTimeoutMs = 15_000;

/** Ends the product as Ctrl-C would. Its data stay. @throws when that takes longer than the contract allows. */
export const stop = async (product: Product): Promise<void> => {
  const { milliseconds } = await product.stop();
  if (milliseconds > stopTimeoutMs) throw new Error(`npm start took ${Math.round(milliseconds)} ms to end`);
};

/** Ends the product if it still runs, and removes its data. */
export const discard = async (product: Product | undefined, dataDir: string): Promise<void> => {
  if (product !== undefined && isAlive(product.pid)) await stop(product);
  await rm(dataDir, { recursive: true, force: true });
};
