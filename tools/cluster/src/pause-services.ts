import { z } from 'zod';
import { kubectl, untilAllReady, untilPodsEnd } from './kubectl.ts';

const services = 'app.kubernetes.io/component=service';

const scaled = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ replicas: z.number() }) })),
});

export interface Pause {
  /** After this call a failure leaves the services stopped, since the stores are incomplete. */
  leaveDownOnFailure(): void;
}

/** Calls `work` while no service runs, so that neither a database nor the stream changes. */
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
    await untilPodsEnd(services);
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
      `${reason}\nThe services stay stopped, since the stores are incomplete: empty the databases and the stream, and retry`,
      { cause: error },
    );
  } finally {
    if (!state.leaveDown) await resume();
  }
};
