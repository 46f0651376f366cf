import { test } from '@jest/globals';
import { dataDirVariable, processesOf, type ProductProcess } from './product.ts';

/** Where the product is that the tests of this run share. */
export interface Site {
  readonly url: string;
  /** What runs there; it can be told only on this machine. */
  processes(): Promise<ProductProcess[]>;
}

export const siteUnderTest = (): Site => {
  const { BASE_URL: url, [dataDirVariable]: dataDir } = process.env;
  if (url === undefined || url === '')
    throw new Error('BASE_URL is not set: run these tests with npm test -- --only e2e');
  return {
    url: url.replace(/\/$/, ''),
    processes: () => {
      if (dataDir === undefined) throw new Error('the product was not started by these tests');
      return processesOf(dataDir);
    },
  };
};

/** Whether these tests have started the product themselves, and may start others beside it. */
export const isOnThisMachine = (): boolean =>
  (process.env['BASE_URL'] ?? '') === '' || (process.env[dataDirVariable] ?? '') !== '';

/** A test that needs the product's processes, its databases or the Stripe sandbox: skipped when BASE_URL was given. */
export const testOnThisMachine = (title: string, run: () => Promise<void>, timeoutMs?: number): void => {
  if (isOnThisMachine()) test(title, run, timeoutMs);
  else test.skip(`${title} (skipped: BASE_URL names a product whose processes are out of reach)`, run, timeoutMs);
};
