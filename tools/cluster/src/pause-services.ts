import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { kubectl, namesOf, untilAllReady } from './kubectl.ts';

const services = 'app.kubernetes.io/component=service';

const scaled = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ replicas: z.number() }) })),
});

export interface Pause {
  /** From now on a failure leaves the services down: they would go to work on half of a product. */
  leaveDownOnFailure(): void;
}

/** Does something while no service runs: none of their databases changes meanwhile, and no event is on its way. */
export const whilePaused = async <T>(work: (pause: Pause) => Promise<T>): Promise<T> => {
  const { items } = scaled.parse(
    JSON.parse(await kubectl('get', 'deployments', `--selector=${services}`, '--output=json')),
  );
  const resume = async () => {
    for (const { metadata, spec } of items) {
      await kubectl('scale', 'deployment', metadata.name, `--replicas=${Math.max(1, spec.replicas)}`);
    }
    await untilAllReady();
  };
  const state = { leaveDown: false };
  try {
    await kubectl('scale', 'deployments', `--selector=${services}`, '--replicas=0');
    while ((await namesOf('pods', services)).length > 0) await delay(500);
    const result = await work({
      leaveDownOnFailure: () => {
        state.leaveDown = true;
      },
    });
    state.leaveDown = false;
    return result;
  } catch (error) {
    if (!state.leaveDown) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${reason}\nThe services stay down, since only a part is there: empty the databases and the stream, and repeat`,
      { cause: error },
    );
  } finally {
    if (!state.leaveDown) await resume();
  }
};
