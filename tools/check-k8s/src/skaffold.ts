import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const artifact = z.looseObject({
  image: z.string(),
  docker: z.looseObject({
    dockerfile: z.string(),
    target: z.string().optional(),
    buildArgs: z.record(z.string(), z.string()).default({}),
  }),
  sync: z.object({ manual: z.array(z.object({ src: z.string(), dest: z.string() })) }).optional(),
});
const command = z.looseObject({ command: z.array(z.string()) });
const host = z.object({ host: command });
const build = z.looseObject({
  artifacts: z.array(artifact).optional(),
  hooks: z.object({ before: z.array(command) }).optional(),
});
const profile = z.looseObject({
  name: z.string(),
  activation: z
    .array(z.strictObject({ command: z.string().optional(), kubeContext: z.string().optional() }))
    .default([]),
  build: build.optional(),
  manifests: z
    .object({
      kustomize: z.object({ paths: z.array(z.string()).length(1) }).optional(),
      hooks: z.object({ before: z.array(host).optional(), after: z.array(host).optional() }).optional(),
    })
    .optional(),
  deploy: z
    .looseObject({
      kubectl: z
        .object({
          defaultNamespace: z.string().optional(),
          hooks: z.object({ before: z.array(host) }).optional(),
        })
        .optional(),
    })
    .optional(),
  // `effectOf` applies none.
  patches: z.never().optional(),
});
const file = z.looseObject({
  build: build.extend({ artifacts: z.array(artifact) }),
  profiles: z.array(profile),
});

/** What this repository's skaffold.yaml uses of skaffold's format. @throws ZodError for anything else in these places. */
export type Skaffold = z.infer<typeof file>;
type Profile = z.infer<typeof profile>;

export const readSkaffold = (root: string): Skaffold =>
  file.parse(parse(readFileSync(join(root, 'skaffold.yaml'), 'utf8')));

/** One call of skaffold: `skaffold dev -p debug` in a context. */
export interface Call {
  readonly command: string;
  readonly kubeContext: string;
  /** Of the option -p. */
  readonly profiles?: readonly string[];
}

/** What a call does. */
interface Effect {
  /** The overlay that it deploys. */
  readonly overlay: string | undefined;
  /** The target of the Dockerfiles, such as `dev`. */
  readonly target: string | undefined;
  readonly defaultNamespace: string | undefined;
  readonly beforeBuild: readonly string[];
  readonly beforeRender: readonly string[];
  readonly afterRender: readonly string[];
  readonly beforeDeploy: readonly string[];
}

const matches = (pattern: string | undefined, value: string): boolean =>
  pattern === undefined ||
  (pattern.startsWith('!') ? !new RegExp(pattern.slice(1)).test(value) : new RegExp(pattern).test(value));

const isActive = ({ activation }: Profile, call: Call): boolean =>
  activation.some((each) => matches(each.command, call.command) && matches(each.kubeContext, call.kubeContext));

const textOf = ({ command: words }: z.infer<typeof command>): string => words.join(' ');
const textsOf = (hooks: readonly z.infer<typeof host>[] | undefined): string[] | undefined =>
  hooks?.map((each) => textOf(each.host));

/** Applies the profiles as skaffold does: those that are active by themselves in the file's order, then those of -p. */
export const effectOf = ({ build: base, profiles }: Skaffold, call: Call): Effect => {
  const named = (call.profiles ?? []).flatMap((name) => profiles.filter((each) => each.name === name));
  const active = profiles.filter((each) => isActive(each, call));
  let effect: Effect = {
    overlay: undefined,
    target: base.artifacts[0]?.docker.target,
    defaultNamespace: undefined,
    beforeBuild: [],
    beforeRender: [],
    afterRender: [],
    beforeDeploy: [],
  };
  for (const { build: its, manifests, deploy } of [...active, ...named.filter((p) => !active.includes(p))]) {
    const kubectl = deploy?.kubectl;
    effect = {
      overlay: manifests?.kustomize?.paths[0]?.replace('infra/k8s/overlays/', '') ?? effect.overlay,
      target: its?.artifacts === undefined ? effect.target : its.artifacts[0]?.docker.target,
      defaultNamespace: kubectl === undefined ? effect.defaultNamespace : kubectl.defaultNamespace,
      beforeBuild: its?.hooks?.before.map(textOf) ?? effect.beforeBuild,
      beforeRender: textsOf(manifests?.hooks?.before) ?? effect.beforeRender,
      afterRender: textsOf(manifests?.hooks?.after) ?? effect.afterRender,
      beforeDeploy: kubectl === undefined ? effect.beforeDeploy : (textsOf(kubectl.hooks?.before) ?? []),
    };
  }
  return effect;
};

/** Each stops skaffold where it must not deploy for development: the one some namespaces, the other everywhere. */
const guards = ['node tools/cluster/check-namespace.mjs', 'node tools/cluster/choose-profile.mjs'];

/** Contexts of a laptop and of Google Cloud. */
export const contexts = { laptop: 'docker-desktop', google: 'gke_project_region_cluster' } as const;

/** Every call with at most one option -p. */
const allCalls = (skaffold: Skaffold): Call[] =>
  Object.values(contexts).flatMap((kubeContext) =>
    ['dev', 'run', 'delete'].flatMap((name) =>
      [[], ...skaffold.profiles.map((each) => [each.name])].map((profiles) => ({
        command: name,
        kubeContext,
        profiles,
      })),
    ),
  );

/**
 * Whatever deploys an overlay with development's stores and secrets looks at the namespace first, and while skaffold renders:
 * when a hook of a deployment fails, it deletes what it would have deployed.
 */
const guardProblems = (skaffold: Skaffold): string[] =>
  allCalls(skaffold).flatMap((call) => {
    const { overlay, beforeRender } = effectOf(skaffold, call);
    return overlay === undefined || overlay === 'gcp' || guards.some((guard) => beforeRender.includes(guard))
      ? []
      : [`skaffold does not check the namespace before it deploys ${overlay}: ${JSON.stringify(call)}`];
  });

const deployedBy = (skaffold: Skaffold): Set<string> =>
  new Set(skaffold.profiles.flatMap(({ manifests }) => manifests?.kustomize?.paths ?? []));

const overlayProblems = (skaffold: Skaffold, overlays: readonly string[]): string[] => {
  const paths = overlays.map((name) => `infra/k8s/overlays/${name}`);
  const deployed = deployedBy(skaffold);
  return [
    ...paths.filter((path) => !deployed.has(path)).map((path) => `no profile of skaffold.yaml deploys ${path}`),
    ...[...deployed]
      .filter((path) => !paths.includes(path))
      .map((path) => `skaffold.yaml deploys ${path}, which is absent`),
  ];
};

/** Folders of the site whose files pages are made of. */
const sourceFoldersOf = (root: string, workspace: string): string[] =>
  readdirSync(join(root, workspace), { withFileTypes: true })
    .filter((item) => item.isDirectory() && !/^(?:\.|node_modules$|dist$)/.test(item.name))
    .map(({ name }) => name);

/** Development images run the sources, and a changed file of these is copied into the pod. */
const syncProblems = (root: string, skaffold: Skaffold): string[] =>
  (skaffold.profiles.find(({ name }) => name === 'dev')?.build?.artifacts ?? []).flatMap(({ image, docker, sync }) => {
    const workspace = docker.buildArgs['WORKSPACE'];
    const expected =
      workspace === undefined
        ? sourceFoldersOf(root, 'client').map((folder) => `client/${folder}/**/*`)
        : ['common/src/**/*.ts', `${workspace}/src/**/*.ts`];
    const found = (sync?.manual ?? []).filter(({ dest }) => dest === '.').map(({ src }) => src);
    return [
      ...(docker.target === 'dev' ? [] : [`${image} of the profile dev does not run the sources`]),
      ...expected
        .filter((src) => !found.includes(src))
        .map((src) => `the profile dev does not sync ${src} to ${image}`),
      ...found
        .filter((src) => !expected.includes(src))
        .map((src) => `the profile dev syncs ${src} to ${image} in vain`),
    ];
  });

const mentioned = /skaffold[^\n`|]* (?:-p|--profile)[ =]([a-z,-]+)/g;

/** Profiles that documents name. */
const documentProblems = (root: string, skaffold: Skaffold): string[] => {
  const names = new Set(skaffold.profiles.map(({ name }) => name));
  const documents = [
    'README.md',
    'infra/README.md',
    'skaffold.yaml',
    'tools/cluster/README.md',
    ...readdirSync(join(root, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  return documents.flatMap((document) =>
    [...readFileSync(join(root, document), 'utf8').matchAll(mentioned)]
      .flatMap(([, list = '']) => list.split(','))
      .filter((name) => !names.has(name))
      .map((name) => `${document} names the profile ${name}, which skaffold.yaml lacks`),
  );
};

export const skaffoldProblems = (root: string, skaffold: Skaffold, overlays: readonly string[]): string[] => [
  ...guardProblems(skaffold),
  ...overlayProblems(skaffold, overlays),
  ...syncProblems(root, skaffold),
  ...documentProblems(root, skaffold),
];
