import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Skaffold } from './skaffold.ts';

const sharedStageEnd = /^RUN .*npm ci.*$/m;

/** Skaffold builds every image that a manifest uses and no others; all Dockerfiles begin with the same stage. */
export const imageProblems = (root: string, skaffold: Skaffold, used: ReadonlySet<string>): string[] => {
  const text = (file: string) => readFileSync(join(root, file), 'utf8');
  const { artifacts } = skaffold.build;
  const built = new Set(artifacts.map(({ image }) => image));
  const dev = skaffold.profiles.find(({ name }) => name === 'dev')?.build?.artifacts ?? [];
  const stages = [...new Set(artifacts.map(({ docker }) => docker.dockerfile))].map((file) => {
    const lines = text(file);
    const start = lines.indexOf('FROM ');
    const end = sharedStageEnd.exec(lines);
    return { file, stage: end === null ? '' : lines.slice(start, end.index + end[0].length) };
  });
  return [
    ...[...used]
      .filter((image) => !built.has(image))
      .map((image) => `a manifest uses ${image}, which skaffold does not build`),
    ...[...built]
      .filter((image) => !used.has(image))
      .map((image) => `skaffold builds ${image}, which no manifest uses`),
    ...[...built]
      .filter((image) => !dev.some((each) => each.image === image))
      .map((image) => `${image} is missing from the profile dev of skaffold.yaml`),
    ...stages
      .filter(({ stage }) => stage === '' || stage !== stages[0]?.stage)
      .map(({ file }) => `the first stage of ${file} differs from that of ${stages[0]?.file}`),
  ];
};

/** The environment variables that a process reads, according to the table in its README. */
export const variablesOf = (root: string, folder: string): string[] =>
  [...readFileSync(join(root, folder, 'README.md'), 'utf8').matchAll(/^\| *(`[A-Z_]+`(?:, *`[A-Z_]+`)*)/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
  );
