import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { kubectl, namesOf, untilAllReady } from './kubectl.ts';

const services = 'app.kubernetes.io/component=service';

const scaled = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ replicas: z.number() }) })),
});

/** Does something while no service runs: none of their databases changes meanwhile, and no event is on its way. */
export const whilePaused = async <T>(work: () => Promise<T>): Promise<T> => {
  const { items } = scaled.parse(
    JSON.parse(await kubectl('get', 'deployments', `--selector=${services}`, '--output=json')),
  );
  try {
    await kubectl('scale', 'deployments', `--selector=${services}`, '--replicas=0');
    while ((await namesOf('pods', services)).length > 0) await delay(500);
    return await work();
  } finally {
    for (const { metadata, spec } of items) {
      await kubectl('scale', 'deployment', metadata.name, `--replicas=${Math.max(1, spec.replicas)}`);
    }
    await untilAllReady();
  }
};
