import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { makeSecrets } from '@ticketing/cluster/make-secrets';
import { bundleOptions } from '@ticketing/launcher/build';
import { bundled } from '@ticketing/launcher/bundled';
import { cacheDirectory, root } from '@ticketing/launcher/paths';
import { routes } from '@ticketing/launcher/routes';
import { alertProblems } from './alerts.ts';
import { externalProblems, readServiceImage } from './externals.ts';
import { findKubectl } from './find-kubectl.ts';
import { imageProblems, variablesOf } from './images.ts';
import { emptyScratch, Kustomizations } from './kustomize.ts';
import { containersOf, ofKind, parseManifests, workloadsOf, type Manifest } from './manifest.ts';
import { edgeProblems } from './rules/edge.ts';
import { ingressProblems } from './rules/ingress.ts';
import { podProblems } from './rules/pods.ts';
import { referenceProblems, type Secrets } from './rules/references.ts';
import { selectorProblems } from './rules/selectors.ts';
import { targetProblems } from './rules/targets.ts';
import { variableProblems } from './rules/variables.ts';
import { createSchemaCheck, schemaFile, type SchemaFile } from './schema.ts';
import { readSkaffold, skaffoldProblems } from './skaffold.ts';

// npm run check:k8s: checks infra/k8s and skaffold.yaml as far as that is possible without a cluster.

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const folder = join(root, 'infra', 'k8s');
const readSchema = (name: string): SchemaFile =>
  schemaFile.parse(JSON.parse(readFileSync(join(folder, 'schemas', name), 'utf8')));
const kubernetes = readSchema('kubernetes-1.35.json');
const others = readSchema('others.json');
const schemaProblems = createSchemaCheck({
  kinds: { ...kubernetes.kinds, ...others.kinds },
  definitions: { ...kubernetes.definitions, ...others.definitions },
});

const externalSecret = z.looseObject({
  spec: z.looseObject({
    target: z.object({ name: z.string() }),
    data: z.array(z.looseObject({ secretKey: z.string() })),
  }),
});

const keysOf = (secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): Secrets =>
  Object.fromEntries(Object.entries(secrets).map(([name, values]) => [name, Object.keys(values)]));

const development = keysOf(makeSecrets());
/** The operator creates these for the components mongo and tls, as docs/deploy.md describes. */
const createdByHand = { 'mongo-keyfile': ['KEYFILE'], 'server-tls': [] };

/** Secrets that exist beside the manifests: those of their ExternalSecrets, or else those of dev-secrets.mjs. */
const secretsOf = (manifests: readonly Manifest[]): Secrets => {
  const external = ofKind(manifests, 'ExternalSecret', externalSecret);
  return external.length === 0
    ? { ...development, ...createdByHand }
    : {
        ...createdByHand,
        ...Object.fromEntries(
          external.map(({ spec }) => [spec.target.name, spec.data.map(({ secretKey }) => secretKey)]),
        ),
      };
};

/** Folder of each process that a manifest runs. */
const processes = new Map<string, string>([...Object.entries(bundled), ['client', 'client']]);
/** Each process reads INSPECT when it runs from its sources (run-sources.mjs), and Node reads NODE_EXTRA_CA_CERTS. */
const variables = Object.fromEntries(
  [...processes].map(([name, folder]) => [
    `ticketing/${name}`,
    [...variablesOf(root, folder), 'INSPECT', 'NODE_EXTRA_CA_CERTS'],
  ]),
);

/** Overlays whose containers run from their sources, and need to write files. */
const fromSources = new Set(['dev', 'debug', 'gke-dev', 'gke-debug']);

const problemsIn = (overlay: string, manifests: readonly Manifest[], isWritable: boolean): string[] => {
  const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return [
    ...manifests.flatMap(schemaProblems),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is defined twice`),
    ...selectorProblems(manifests),
    ...targetProblems(manifests),
    ...ingressProblems(manifests, routes),
    ...edgeProblems(manifests),
    ...referenceProblems(manifests, secretsOf(manifests)),
    ...variableProblems(manifests, variables),
    ...podProblems(manifests, { readOnly: !isWritable }),
  ].map((problem) => `${overlay}: ${problem}`);
};

const kubectl = await findKubectl(process.env, print);
const kustomizations = new Kustomizations(kubectl, folder);
const scratch = emptyScratch(join(cacheDirectory, 'check-k8s'));
const problems: string[] = [];
const images = new Set<string>();
let rendered = 0;
const check = async (name: string, render: () => Promise<string>, isWritable: boolean): Promise<void> => {
  rendered += 1;
  try {
    const manifests = parseManifests(await render());
    problems.push(...problemsIn(name, manifests, isWritable));
    for (const workload of workloadsOf(manifests)) {
      for (const { image } of containersOf(workload)) if (image.startsWith('ticketing/')) images.add(image);
    }
  } catch (error) {
    problems.push(`${name} cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
  }
};

for (const overlay of kustomizations.names('overlays')) {
  await check(overlay, () => kustomizations.render(overlay), fromSources.has(overlay));
  const present = kustomizations.componentsOf(overlay);
  for (const component of kustomizations.names('components').filter((name) => !present.includes(name))) {
    await check(
      `${overlay} with ${component}`,
      () => kustomizations.renderWith(overlay, component, scratch),
      fromSources.has(overlay) || component === 'dev-sources',
    );
  }
  for (const patch of await kustomizations.noOpPatches(overlay, scratch)) {
    problems.push(`${overlay}: a patch changes nothing: ${patch}`);
  }
}
const skaffold = readSkaffold(root);
const serviceImage = readServiceImage(root, emptyScratch(join(scratch, 'service-image')));
problems.push(
  ...imageProblems(root, skaffold, images),
  ...skaffoldProblems(root, skaffold, kustomizations.names('overlays')),
  ...externalProblems(serviceImage, bundleOptions.external),
  ...alertProblems(root),
);
for (const problem of new Set(problems)) print(`✗ ${problem}`);
print(`${rendered} combinations of overlays and components rendered, ${new Set(problems).size} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
