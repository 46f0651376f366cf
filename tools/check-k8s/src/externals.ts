import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';

const dependencies = z.record(z.string(), z.string()).default({});
const manifest = z.looseObject({ dependencies, optionalDependencies: dependencies });
type PackageManifest = Readonly<z.infer<typeof manifest>>;
const lockfile = z.looseObject({ packages: z.record(z.string(), manifest) });

/** What decides which packages the image of a service has. */
export interface ServiceImage {
  readonly dockerfile: string;
  /** The package.json of each workspace, as the image has it when it installs packages. */
  readonly manifests: readonly PackageManifest[];
  /** The packages of package-lock.json, by their paths. */
  readonly locked: Readonly<Record<string, PackageManifest>>;
}

const copyOfPackages = /^COPY --from=packages \/app\/(node_modules\/\S+) \.\/\1$/gm;

/** The last stage has every package that the bundles leave out, with the packages that hold its native code. */
export const externalProblems = (
  { dockerfile, manifests, locked }: ServiceImage,
  externals: readonly string[],
): string[] => {
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const copied = [...lastStage.matchAll(copyOfPackages)].map(([, path = '']) => path);
  const isCopied = (name: string) => copied.some((path) => `node_modules/${name}/`.startsWith(`${path}/`));
  return externals.flatMap((external) => {
    const installed = locked[`node_modules/${external}`];
    if (installed === undefined || !manifests.some((each) => external in each.dependencies))
      return [`no manifest in the service image depends on ${external}, which the bundles leave out`];
    return [external, ...Object.keys({ ...installed.dependencies, ...installed.optionalDependencies })]
      .filter((name) => !isCopied(name))
      .map((name) => `the service image lacks ${name}, and the bundles leave out ${external}`);
  });
};

/** Reads what the Dockerfile of the services uses; its manifests are written to the empty folder `scratch`. */
export const readServiceImage = (root: string, scratch: string): ServiceImage => {
  const docker = join(root, 'infra', 'docker');
  copyFileSync(join(root, 'package-lock.json'), join(scratch, 'package-lock.json'));
  execFileSync(process.execPath, [join(docker, 'write-manifests.mjs')], { cwd: scratch });
  const readJson = (file: string): unknown => JSON.parse(readFileSync(join(scratch, file), 'utf8'));
  return {
    dockerfile: readFileSync(join(docker, 'service.Dockerfile'), 'utf8'),
    manifests: readdirSync(scratch, { recursive: true, encoding: 'utf8' })
      .filter((file) => basename(file) === 'package.json')
      .map((file) => manifest.parse(readJson(file))),
    locked: lockfile.parse(readJson('package-lock.json')).packages,
  };
};
