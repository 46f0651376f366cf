import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '@ticketing/launcher/paths';
import { services } from '@ticketing/launcher/topology';
import { kubectl, run } from './kubectl.ts';

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

const track = { 'ticketing.example/track': 'newest-tag' };

/** A copy of a Deployment with another name and image. The Service selects the pods of both. */
const siblingOf = async (name: string, image: string): Promise<string> => {
  const { apiVersion, kind, metadata, spec } = deployment.parse(
    JSON.parse(await kubectl('get', 'deployment', name, '--output=json')),
  );
  return JSON.stringify({
    apiVersion,
    kind,
    metadata: { name: `${name}-newest-tag`, labels: { ...metadata.labels, ...track } },
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

/**
 * Runs `check` while each Service sends requests to two versions: the newest tag and the current one.
 * @returns Why it was skipped; undefined if it ran.
 */
export const runBesideNewestTag = async (
  log: (line: string) => void,
  check: () => Promise<void>,
): Promise<string | undefined> => {
  const tag = (await run('git', 'tag', '--sort=-creatordate')).split('\n')[0] ?? '';
  if (tag === '') return 'there is no tag';
  const directory = await mkdtemp(join(tmpdir(), 'ticketing-newest-tag-'));
  const checkout = join(directory, 'checkout');
  try {
    await run('git', 'worktree', 'add', '--detach', checkout, tag);
    const file = join(directory, 'builds.json');
    const images = services.map((name) => `ticketing/${name}`);
    await execa('skaffold', ['build', '--profile=test', `--file-output=${file}`, `--build-image=${images.join(',')}`], {
      cwd: checkout,
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'inherit',
    });
    for (const { imageName, tag: image } of builds.parse(JSON.parse(await readFile(file, 'utf8'))).builds) {
      const name = imageName.replace('ticketing/', '');
      await execa('kubectl', ['apply', '--filename=-'], { cwd: root, input: await siblingOf(name, image) });
    }
    for (const name of services) await kubectl('rollout', 'status', `deployment/${name}-newest-tag`, '--timeout=180s');
    log(`  ${tag} runs beside the current version`);
    await check();
    return undefined;
  } finally {
    await kubectl('delete', 'deployments', `--selector=${selector}`, '--ignore-not-found');
    await run('git', 'worktree', 'remove', '--force', checkout).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  }
};
