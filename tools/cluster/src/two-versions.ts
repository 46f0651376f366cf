import {
  besideEarlierVersion,
  buildEarlierVersion,
  currentImages,
  earlierVersion,
  rollOut,
  rolloutOrder,
} from './earlier-version.ts';
import type { LoadGenerator } from './load-generator.ts';
import { underLoad } from './under-load.ts';

/** Requests to a state of the cluster in which two versions run. */
const requestsPerState = 100;

/**
 * Runs the services of an earlier version with the current ones while users shop: all of both side by side; then a rollback
 * of each service, a rollout in the order of docs/deploy.md, a rollback of all at once, and a rollout in the reverse order, so
 * that of any two services each is once the first to be new.
 * @returns Requests that have failed, and what was lost.
 */
export const runTwoVersions = async (log: (line: string) => void, minRequests: number): Promise<string[]> => {
  const earlier = await buildEarlierVersion();
  log(`  ${earlierVersion} is built`);
  const current = await currentImages(earlier.keys());
  const inOrder = rolloutOrder.filter((name) => earlier.has(name));
  const lastFirst = inOrder.toReversed();
  const failed: string[] = [];
  await besideEarlierVersion(earlier, async () => {
    log(`  ${earlierVersion} runs beside the current version`);
    failed.push(...(await underLoad({ log }, (load) => load.untilMore(minRequests))));
  });
  const watch = (load: LoadGenerator, what: string) => async (name: string) => {
    const before = load.report.failures.length;
    await load.untilMore(requestsPerState);
    log(`  ${what} ${name}, ${load.report.failures.length - before} requests failed since`);
  };
  try {
    failed.push(
      ...(await underLoad({ log }, async (load) => {
        await rollOut(earlier, lastFirst, { onDone: watch(load, 'rolled back') });
        await rollOut(current, inOrder, { onDone: watch(load, 'rolled out') });
        await rollOut(earlier, inOrder, { atOnce: true });
        await watch(load, 'rolled back')('all services');
        await rollOut(current, lastFirst, { onDone: watch(load, 'rolled out, last first:') });
      })),
    );
  } finally {
    await rollOut(current, inOrder, { atOnce: true });
  }
  return failed;
};
