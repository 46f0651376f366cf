import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { openCheckout } from './checkout.ts';
import { kubectl } from './kubectl.ts';

/**
 * The version that runs beside the current one. Raise it to the commit of a release once that is what production runs; it has
 * to be raised when the release before can't run beside the current version, as after a stored field was renamed
 * (docs/deploy.md says what takes two releases).
 */
export const earlierVersion = 'a156688';

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

const selector = Object.entries(track)
  .map(([label, value]) => `${label}=${value}`)
  .join(',');

/** Runs `check` while each Service sends requests to two versions: the earlier and the current one. */
export const runBesideEarlierVersion = async (
  log: (line: string) => void,
  check: () => Promise<void>,
): Promise<void> => {
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
    });
    const built = builds
      .parse(JSON.parse(await readFile(file, 'utf8')))
      .builds.map(({ imageName, tag }) => ({ name: imageName.replace('ticketing/', ''), image: tag }));
    for (const { name, image } of built)
      await execa('kubectl', ['apply', '--filename=-'], { cwd: root, input: await siblingOf(name, image) });
    for (const { name } of built)
      await kubectl('rollout', 'status', `deployment/${siblingName(name)}`, '--timeout=180s');
    log(`  ${earlierVersion} runs beside the current version`);
    await check();
  } finally {
    await kubectl('delete', 'deployments', `--selector=${selector}`, '--ignore-not-found');
    await checkout.close();
  }
};
