import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { openCheckout } from './checkout.ts';
import { kubectl, untilPodsEnd, untilRolledOut } from './kubectl.ts';

/**
 * The version that runs beside the current one: the last whose services shared one user of NATS, and received replies under
 * `_INBOX` (ADR 0026). Raise it to the commit of a release once that is what production runs; it has to be raised when the
 * release before can't run beside the current version, as after a stored field was renamed, or with the current manifests
 * (docs/deploy.md says what takes two releases).
 */
export const earlierVersion = 'f3f6017';

/** Consumers of new values come before those who publish them, and payments before orders (docs/deploy.md). */
export const rolloutOrder = ['notifications', 'payments', 'expiration', 'tickets', 'orders', 'auth'] as const;

const buildTimeoutMs = 3_600_000;

const builds = z.object({ builds: z.array(z.object({ imageName: z.string(), tag: z.string() })) });

const deployment = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string() })).min(1) }),
    }),
  }),
});

const track = { 'ticketing.example/track': 'earlier-version' };
const selector = Object.entries(track)
  .map(([label, value]) => `${label}=${value}`)
  .join(',');

const siblingName = (name: string): string => `${name}-earlier-version`;

/** A copy of a Deployment with another name and image. The Service selects the pods of both. */
const siblingOf = async (name: string, image: string): Promise<string> => {
  const { apiVersion, kind, metadata, spec } = deployment.parse(
    JSON.parse(await kubectl('get', 'deployment', name, '--output=json')),
  );
  return JSON.stringify({
    apiVersion,
    kind,
    metadata: { name: siblingName(name), labels: { ...metadata.labels, ...track } },
    spec: {
      ...spec,
      selector: { matchLabels: { ...spec.selector.matchLabels, ...track } },
      template: {
        ...spec.template,
        metadata: { ...spec.template.metadata, labels: { ...spec.template.metadata.labels, ...track } },
        spec: {
          ...spec.template.spec,
          containers: spec.template.spec.containers.map((container) => ({ ...container, image })),
        },
      },
    },
  });
};

/** The image of each service, by its name. */
export type Images = ReadonlyMap<string, string>;

/** Builds the images of the earlier version. */
export const buildEarlierVersion = async (): Promise<Images> => {
  const checkout = await openCheckout(earlierVersion);
  try {
    const file = join(checkout.folder, 'builds.json');
    const manifest = await readFile(join(checkout.folder, 'skaffold.yaml'), 'utf8');
    // A service that is newer than the earlier version has no image of it.
    const images = services
      .map((name) => `ticketing/${name}`)
      .filter((image) => manifest.includes(`image: ${image}\n`));
    await execa('skaffold', ['build', '--profile=test', `--file-output=${file}`, `--build-image=${images.join(',')}`], {
      cwd: checkout.folder,
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'inherit',
      timeout: buildTimeoutMs,
    });
    const built = builds.parse(JSON.parse(await readFile(file, 'utf8'))).builds;
    return new Map(built.map(({ imageName, tag }) => [imageName.replace('ticketing/', ''), tag]));
  } finally {
    await checkout.close();
  }
};

/** Runs `work` while each Service sends requests to two versions: the earlier and the current one. */
export const besideEarlierVersion = async (earlier: Images, work: () => Promise<void>): Promise<void> => {
  try {
    for (const [name, image] of earlier)
      await execa('kubectl', ['apply', '--filename=-'], { cwd: root, input: await siblingOf(name, image) });
    for (const name of earlier.keys())
      await kubectl('rollout', 'status', `deployment/${siblingName(name)}`, '--timeout=180s');
    await work();
  } finally {
    await kubectl('delete', 'deployments', `--selector=${selector}`, '--ignore-not-found');
    await untilPodsEnd(selector);
  }
};

/** The images of the same services that run now. */
export const currentImages = async (names: Iterable<string>): Promise<Images> => {
  const images = new Map<string, string>();
  for (const name of names) {
    const { spec } = deployment.parse(JSON.parse(await kubectl('get', 'deployment', name, '--output=json')));
    for (const { image } of spec.template.spec.containers) images.set(name, image);
  }
  return images;
};

/** Rolls the Deployments of these services out or back, one after the other, or all at once. */
export const rollOut = async (
  images: Images,
  names: readonly string[],
  options: { readonly atOnce?: boolean; readonly onDone?: (name: string) => Promise<void> } = {},
): Promise<void> => {
  const set = (name: string) => kubectl('set', 'image', `deployment/${name}`, `app=${images.get(name) ?? ''}`);
  if (options.atOnce === true) await Promise.all(names.map(set));
  for (const name of names) {
    if (options.atOnce !== true) await set(name);
    await untilRolledOut(name);
    await options.onDone?.(name);
  }
};
