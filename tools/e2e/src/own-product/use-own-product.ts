import { afterAll, beforeAll } from '@jest/globals';
import { startProduct, type Product } from '@ticketing/test/start-product';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discard } from '../product.ts';
import { isOnThisMachine } from '../site.ts';

type Settings = Readonly<Record<string, string>>;

/** The product that the tests of one file have to themselves. */
export interface OwnProduct {
  /** @throws when it was never started. */
  readonly running: () => Product;
  readonly dataDir: () => string;
  /** Starts it again on the same data, once it has been stopped. @throws when it ends instead. */
  readonly restart: (settings: Settings) => Promise<void>;
}

/** Starts a product on an empty data directory before the tests of a file, unless they run against a remote one, and removes both afterwards. */
export const useOwnProduct = (settings: Settings): OwnProduct => {
  let directory: string | undefined;
  let product: Product | undefined;

  const dataDir = (): string => {
    if (directory === undefined) throw new Error('there is no product of this file');
    return directory;
  };
  const restart = async (changed: Settings): Promise<void> => {
    product = await startProduct({ dataDir: dataDir(), settings: changed });
  };

  beforeAll(async () => {
    if (!isOnThisMachine()) return;
    directory = await mkdtemp(join(tmpdir(), 'ticketing-e2e-'));
    await restart(settings);
  }, 300_000);
  afterAll(async () => {
    if (directory !== undefined) await discard(product, directory);
  }, 30_000);

  return {
    running: () => {
      if (product === undefined) throw new Error('the product is not running');
      return product;
    },
    dataDir,
    restart,
  };
};
