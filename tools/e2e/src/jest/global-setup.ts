import { startProduct } from '@ticketing/test/start-product';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDirVariable, discard, legalDirOf } from '../product.ts';
import { sharedProduct } from './shared-product.ts';

/** Starts the product that all end-to-end tests share, unless BASE_URL names one that runs already. */
const setUp = async (): Promise<void> => {
  if ((process.env['BASE_URL'] ?? '') !== '') return;
  const dataDir = await mkdtemp(join(tmpdir(), 'ticketing-e2e-'));
  sharedProduct.dataDir = dataDir;
  try {
    const legalDir = legalDirOf(dataDir);
    await mkdir(legalDir);
    sharedProduct.product = await startProduct({ dataDir, settings: { LEGAL_DIR: legalDir } });
  } catch (error) {
    await discard(undefined, dataDir);
    throw error;
  }
  Object.assign(process.env, { BASE_URL: sharedProduct.product.url, [dataDirVariable]: dataDir });
};

// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default setUp;
