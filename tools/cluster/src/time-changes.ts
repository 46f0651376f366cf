import { print } from '@ticketing/test/command-line';
import { execa } from 'execa';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { changes, type Change } from './changes.ts';
import { openCheckout } from './checkout.ts';
import { kubectl } from './kubectl.ts';
import { forwardTo, type PortForward } from './port-forward.ts';

// npm run time:changes -- [options of skaffold dev]: runs `skaffold dev` in the current context and namespace with a copy of
// the last commit, changes a file of each kind in that copy, and prints the seconds until the change is live. In the end
// skaffold removes what it has deployed.

const deployTimeoutMs = 1_800_000;
const changeTimeoutMs = 900_000;
const pollEveryMs = 100;

/** @throws Error after `timeoutMs`. */
const until = async (what: string, condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> => {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`${what}: not within ${timeoutMs / 1_000} s`);
    await delay(pollEveryMs);
  }
};

/** `skaffold dev`, which has deployed and watches. */
const openSkaffold = async (folder: string, options: readonly string[]) => {
  const skaffold = execa('skaffold', ['dev', '--tail=false', '--port-forward=off', ...options], {
    cwd: folder,
    stdin: 'ignore',
    all: true,
    reject: false,
    // It removes what it has deployed when it is interrupted, which takes its time.
    forceKillAfterDelay: false,
  });
  let output = '';
  let hasEnded = false;
  skaffold.all.on('data', (part: Buffer) => {
    output += part.toString();
  });
  const watch = async () => {
    await skaffold;
    hasEnded = true;
  };
  const end = watch();
  /** Skaffold prints this when it has deployed, and again after each change. */
  const rounds = (): number => output.split('Watching for changes...').length - 1;
  const untilRound = (round: number, timeoutMs: number): Promise<void> =>
    until(
      `round ${round} of skaffold dev`,
      () => {
        if (hasEnded) throw new Error(`skaffold dev has ended:\n${output.slice(-4_000)}`);
        return rounds() >= round;
      },
      timeoutMs,
    );
  const close = async (): Promise<void> => {
    skaffold.kill('SIGINT');
    await end;
  };
  try {
    await untilRound(1, deployTimeoutMs);
  } catch (error) {
    await close();
    throw error;
  }
  return { rounds, untilRound, close };
};

/** Reads responses of a Service, through a port forward that is opened again when its pod is replaced. */
const openReader = (service: string) => {
  let forward: PortForward | undefined;
  const close = async (): Promise<void> => {
    await forward?.close();
    forward = undefined;
  };
  return {
    close,
    read: async (path: string): Promise<string> => {
      try {
        forward ??= await forwardTo(service, 3000);
        const response = await fetch(`http://127.0.0.1:${forward.port}${path}`, {
          signal: AbortSignal.timeout(30_000),
        });
        return await response.text();
      } catch {
        await close();
        return '';
      }
    },
  };
};

const deployment = z.object({
  metadata: z.object({ generation: z.number() }),
  spec: z.object({
    replicas: z.number(),
    template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })).min(1) }) }),
  }),
  status: z.object({
    observedGeneration: z.number().default(0),
    replicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
    availableReplicas: z.number().default(0),
  }),
});

const readDeployment = async (name: string) => {
  const { metadata, spec, status } = deployment.parse(
    JSON.parse(await kubectl('get', 'deployment', name, '--output=json')),
  );
  const counts = [status.replicas, status.updatedReplicas, status.availableReplicas];
  return {
    image: spec.template.spec.containers.map(({ image }) => image).join(),
    isRolledOut: status.observedGeneration >= metadata.generation && counts.every((count) => count === spec.replicas),
  };
};

const secondsSince = (began: number): number => (performance.now() - began) / 1_000;

/** Makes the change once, and returns the seconds from saving the file to its effect. */
const time = async (folder: string, { file, edit, effect, title }: Change, count: number): Promise<number> => {
  const path = join(folder, file);
  const changed = edit(await readFile(path, 'utf8'), count);
  const save = async (): Promise<number> => {
    const began = performance.now();
    await writeFile(path, changed);
    return began;
  };
  if ('rollouts' in effect) {
    const images = async () => Promise.all(effect.rollouts.map(readDeployment));
    const before = await images();
    const began = await save();
    const isDone = async () =>
      (await images()).every(({ image, isRolledOut }, index) => isRolledOut && image !== before[index]?.image);
    await until(title, isDone, changeTimeoutMs);
    return secondsSince(began);
  }
  const reader = openReader(effect.service);
  try {
    // The first response of a page includes its compilation.
    await until(`${effect.service} responds`, async () => (await reader.read(effect.path)) !== '', changeTimeoutMs);
    const began = await save();
    await until(title, async () => (await reader.read(effect.path)).includes(effect.mark(count)), changeTimeoutMs);
    return secondsSince(began);
  } finally {
    await reader.close();
  }
};

const namespace = await kubectl('config', 'view', '--minify', '--output=jsonpath={..namespace}');
const options = [`--namespace=${namespace === '' ? 'default' : namespace}`, ...process.argv.slice(2)];
const checkout = await openCheckout('HEAD');
try {
  const began = performance.now();
  const skaffold = await openSkaffold(checkout.folder, options);
  try {
    print(`${secondsSince(began).toFixed(1)} s  until skaffold dev has built and deployed everything`);
    for (const change of changes) {
      for (let count = 1; count <= change.times; count += 1) {
        const rounds = skaffold.rounds();
        const seconds = await time(checkout.folder, change, count);
        print(`${seconds.toFixed(1)} s  ${change.title} (${change.file})`);
        await skaffold.untilRound(rounds + 1, changeTimeoutMs);
      }
    }
  } finally {
    await skaffold.close();
  }
} finally {
  await checkout.close();
}
