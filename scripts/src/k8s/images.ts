import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const artifact = z.looseObject({ image: z.string(), docker: z.looseObject({ dockerfile: z.string() }) });
const build = z.looseObject({ artifacts: z.array(artifact).default([]) });
const skaffold = z.looseObject({
  build,
  profiles: z.array(z.looseObject({ name: z.string(), build: build.optional(), manifests: z.unknown().optional() })),
});

const sharedStageEnd = /^RUN .*npm ci.*$/m;

/** Every image of ours is built by skaffold, every Dockerfile installs the same packages once, for every workspace. */
export const imageProblems = (root: string, used: ReadonlySet<string>): string[] => {
  const text = (file: string) => readFileSync(join(root, file), 'utf8');
  const config = skaffold.parse(parse(text('skaffold.yaml')));
  const { workspaces } = z.object({ workspaces: z.array(z.string()) }).parse(JSON.parse(text('package.json')));
  const artifacts = config.build.artifacts;
  const built = new Set(artifacts.map(({ image }) => image));
  const dev = config.profiles.find(({ name }) => name === 'dev')?.build?.artifacts ?? [];
  const stages = artifacts.map(({ docker }) => {
    const file = text(docker.dockerfile);
    const end = sharedStageEnd.exec(file);
    return { file: docker.dockerfile, stage: end === null ? '' : file.slice(0, end.index + end[0].length) };
  });
  return [
    ...[...used]
      .filter((image) => !built.has(image))
      .map((image) => `${image} is in a manifest, but skaffold does not build it`),
    ...[...built]
      .filter((image) => !used.has(image))
      .map((image) => `skaffold builds ${image}, which is in no manifest`),
    ...[...built]
      .filter((image) => !dev.some((each) => each.image === image))
      .map((image) => `${image} has no dev target in skaffold.yaml`),
    ...stages
      .filter(({ stage }) => stage !== stages[0]?.stage)
      .map(({ file }) => `${file} installs other packages than ${stages[0]?.file}`),
    ...workspaces
      .filter((workspace) => !(stages[0]?.stage ?? '').includes(`COPY ${workspace}/package.json ${workspace}/`))
      .map((workspace) => `the Dockerfiles lack ${workspace}/package.json, which npm ci asks for`),
  ];
};

/** The variables that a process reads, by the table of its README. */
export const variablesOf = (root: string, folder: string): string[] =>
  [...readFileSync(join(root, folder, 'README.md'), 'utf8').matchAll(/^\| *(`[A-Z_]+`(?:, *`[A-Z_]+`)*)/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
  );
