import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@ticketing/launcher/topology';
import { backUp, describeSummary, restore } from './backup.ts';
import { kubectl, runVisibly, untilAllReady } from './kubectl.ts';

/** Every store of the product. The sandbox's data stays, as Stripe's would. */
const stores = [...services.map((name) => `${name}-mongo`), 'nats', 'redis'];

/** Backs the cluster up, deletes its stores, deploys again and restores the backup. */
export const restoreIntoEmptyCluster = async (log: (line: string) => void): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'ticketing-backup-'));
  try {
    const began = performance.now();
    log(
      `  backup ${describeSummary(await backUp(directory, new Date()))}; ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
    await kubectl('delete', 'statefulsets', ...stores);
    await kubectl('delete', 'persistentvolumeclaims', ...stores.map((name) => `data-${name}-0`));
    await runVisibly('skaffold', 'run', '--profile=test', '--tail=false');
    await untilAllReady();
    const restoring = performance.now();
    log(
      `  restored ${describeSummary(await restore(directory))}; ${((performance.now() - restoring) / 1000).toFixed(0)} s`,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
