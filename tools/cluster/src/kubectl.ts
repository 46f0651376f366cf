import { execa } from 'execa';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { root } from '@ticketing/launcher/paths';

/** What a command of the cluster says; all of it is for the current context and namespace. */
export const run = async (command: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await execa(command, args, { cwd: root, stdin: 'ignore' });
  return stdout;
};

export const kubectl = (...args: readonly string[]): Promise<string> => run('kubectl', ...args);

/** Says what it hears, for what takes long. */
export const runAloud = async (command: string, ...args: readonly string[]): Promise<void> => {
  await execa(command, args, { cwd: root, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' });
};

const secretData = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** @throws Error when there is no such secret or key. */
export const secretValue = async (secret: string, key: string): Promise<string> => {
  const { data } = secretData.parse(JSON.parse(await kubectl('get', 'secret', secret, '--output=json')));
  const value = data[key];
  if (value === undefined) throw new Error(`The secret ${secret} has no ${key}`);
  return Buffer.from(value, 'base64').toString();
};

const named = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** Names of the objects of a kind with these labels. */
export const namesOf = async (kind: string, selector: string): Promise<string[]> =>
  named
    .parse(JSON.parse(await kubectl('get', kind, `--selector=${selector}`, '--output=json')))
    .items.map(({ metadata }) => metadata.name);

export const partOfUs = 'app.kubernetes.io/part-of=ticketing';

const workloads = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ replicas: z.number() }),
      status: z.object({ readyReplicas: z.number().default(0) }),
    }),
  ),
});

const readyWithinMs = 300_000;

/**
 * Waits until every Deployment and StatefulSet of ours is ready.
 * @throws Error that names those that are not, after five minutes.
 */
export const untilAllReady = async (): Promise<void> => {
  const giveUpAt = Date.now() + readyWithinMs;
  for (;;) {
    const text = await kubectl('get', 'deployments,statefulsets', `--selector=${partOfUs}`, '--output=json');
    const { items } = workloads.parse(JSON.parse(text));
    const missing = items.filter(({ spec, status }) => status.readyReplicas < spec.replicas);
    if (missing.length === 0) return;
    if (Date.now() > giveUpAt) throw new Error(`not ready: ${missing.map(({ metadata }) => metadata.name).join(', ')}`);
    await delay(500);
  }
};
