import { execa } from 'execa';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { root } from '@ticketing/launcher/paths';

/** kubectl itself waits without a bound, as for the end of a volume that a pod still uses. */
const runTimeoutMs = 600_000;
/** Images are built the first time. */
const runVisiblyTimeoutMs = 3_600_000;

/** Runs a command and returns its output. kubectl and skaffold use the current context and namespace. */
export const run = async (command: string, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await execa(command, args, { cwd: root, stdin: 'ignore', timeout: runTimeoutMs });
  return stdout;
};

export const kubectl = (...args: readonly string[]): Promise<string> => run('kubectl', ...args);

/** Runs a command that takes long, and prints its output. */
export const runVisibly = async (command: string, ...args: readonly string[]): Promise<void> => {
  await execa(command, args, {
    cwd: root,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    timeout: runVisiblyTimeoutMs,
  });
};

const secretData = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** @throws Error when the secret or the key does not exist. */
export const secretValue = async (secret: string, key: string): Promise<string> => {
  const { data } = secretData.parse(JSON.parse(await kubectl('get', 'secret', secret, '--output=json')));
  const value = data[key];
  if (value === undefined) throw new Error(`The secret ${secret} has no ${key}`);
  return Buffer.from(value, 'base64').toString();
};

export const setSecretValue = async (secret: string, key: string, value: string): Promise<void> => {
  await kubectl('patch', 'secret', secret, `--patch=${JSON.stringify({ stringData: { [key]: value } })}`);
};

const named = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/** Names of the objects of a kind that match a label selector. */
export const namesOf = async (kind: string, selector: string): Promise<string[]> =>
  named
    .parse(JSON.parse(await kubectl('get', kind, `--selector=${selector}`, '--output=json')))
    .items.map(({ metadata }) => metadata.name);

/** Selects all objects of the product. */
export const productSelector = 'app.kubernetes.io/part-of=ticketing';

const workloads = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ replicas: z.number() }),
      status: z.object({ readyReplicas: z.number().default(0) }),
    }),
  ),
});

const readyTimeoutMs = 300_000;

/**
 * Waits until every Deployment and StatefulSet of the product is ready.
 * @throws Error that names the others, after five minutes.
 */
export const untilAllReady = async (): Promise<void> => {
  const giveUpAt = Date.now() + readyTimeoutMs;
  for (;;) {
    const text = await kubectl('get', 'deployments,statefulsets', `--selector=${productSelector}`, '--output=json');
    const { items } = workloads.parse(JSON.parse(text));
    const missing = items.filter(({ spec, status }) => status.readyReplicas < spec.replicas);
    if (missing.length === 0) return;
    if (Date.now() > giveUpAt) throw new Error(`not ready: ${missing.map(({ metadata }) => metadata.name).join(', ')}`);
    await delay(500);
  }
};

/** Longer than the grace period of a pod. */
const endTimeoutMs = 180_000;

/**
 * Waits until no more than `most` pods match a selector, those that are ending included.
 * @throws Error that names them, after three minutes.
 */
export const untilPodsEnd = async (selector: string, most = 0): Promise<void> => {
  const giveUpAt = Date.now() + endTimeoutMs;
  for (;;) {
    const pods = await namesOf('pods', selector);
    if (pods.length <= most) return;
    if (Date.now() > giveUpAt) throw new Error(`more than ${most} of these pods have not ended: ${pods.join(', ')}`);
    await delay(500);
  }
};

/** Waits until the rollout of a Deployment is complete and its old pods, which serve while they drain, have ended. */
export const untilRolledOut = async (deployment: string): Promise<void> => {
  await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=180s');
  const replicas = Number(await kubectl('get', 'deployment', deployment, '--output=jsonpath={.spec.replicas}'));
  await untilPodsEnd(`app.kubernetes.io/name=${deployment}`, replicas);
};
