import { test } from '@jest/globals';
import { processesOf, type ProductProcess } from '@ticketing/test/start-product';
import { dataDirVariable, legalDirOf } from './product.ts';

/** The product that the tests of this run share. */
export interface Site {
  readonly url: string;
  /** Its processes, when they run on this machine. */
  processes(): ProductProcess[];
  /** Where its operator's pages are read from, when it runs on this machine. */
  legalDir(): string;
}

export const siteUnderTest = (): Site => {
  const { BASE_URL: url, [dataDirVariable]: dataDir } = process.env;
  if (url === undefined || url === '')
    throw new Error('BASE_URL is not set: run these tests with npm test -- --only e2e');
  const ownDataDir = (): string => {
    if (dataDir === undefined) throw new Error('these tests did not start the product');
    return dataDir;
  };
  return {
    url: url.replace(/\/$/, ''),
    processes: () => processesOf(ownDataDir()),
    legalDir: () => legalDirOf(ownDataDir()),
  };
};

/** Whether these tests started the product themselves and may start others beside it. */
export const isOnThisMachine = (): boolean =>
  (process.env['BASE_URL'] ?? '') === '' || (process.env[dataDirVariable] ?? '') !== '';

/** A test that needs the product's processes, databases or Stripe sandbox: it is skipped when BASE_URL is set. */
export const testOnThisMachine = (title: string, run: () => Promise<void>, timeoutMs?: number): void => {
  if (isOnThisMachine()) test(title, run, timeoutMs);
  else test.skip(`${title} (skipped: BASE_URL names a product whose processes cannot be reached)`, run, timeoutMs);
};
