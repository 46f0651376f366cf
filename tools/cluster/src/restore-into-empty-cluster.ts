import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { services } from '@ticketing/launcher/topology';
import { backUp, inWords, restore } from './backup.ts';
import { kubectl, runAloud, untilAllReady } from './kubectl.ts';

/** All that is stored of ours; Stripe's books are not ours, so those of its stand-in stay. */
const stores = [...services.map((name) => `${name}-mongo`), 'nats', 'redis'];

/** Backs the cluster up, takes all of its stores away, deploys anew and puts the backup back. */
export const restoreIntoEmptyCluster = async (say: (line: string) => void): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'ticketing-backup-'));
  try {
    const began = performance.now();
    say(
      `  backup ${inWords(await backUp(directory, new Date()))}; ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
    await kubectl('delete', 'statefulsets', ...stores);
    await kubectl('delete', 'persistentvolumeclaims', ...stores.map((name) => `data-${name}-0`));
    await runAloud('skaffold', 'run', '--profile=test', '--tail=false');
    await untilAllReady();
    const restoring = performance.now();
    say(`  restored ${inWords(await restore(directory))}; ${((performance.now() - restoring) / 1000).toFixed(0)} s`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
