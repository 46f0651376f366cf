import { root } from '@ticketing/launcher/paths';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDigest } from './registry.ts';

// npm run pin-images: writes the digests of other people's images into the component pinned-images, for the overlay gcp.

const manifests = join(root, 'infra', 'k8s');
const target = join(manifests, 'components', 'pinned-images', 'kustomization.yaml');

const images = new Set(
  globSync(join(manifests, '{base,components}', '**', '*.yaml'))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^ *image: (\S+)$/gm)].map(([, image = '']) => image))
    .filter((image) => !image.startsWith('ticketing/')),
);

// All or nothing: when a registry does not answer, every image keeps the digest that it has.
const digests = await Promise.all(
  [...images].toSorted().map(async (image) => ({ image, digest: await readDigest(image) })),
).catch((error: unknown) => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`Nothing is pinned: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}\n`);
  process.exit(1);
});
const header = readFileSync(target, 'utf8').replace(/^images:[^]*/m, '');
const lines = digests.map(
  ({ image, digest }) => `  # ${image}\n  - { name: ${image.replace(/:[^:/]*$/, '')}, digest: ${digest} }\n`,
);
writeFileSync(target, `${header}images:\n${lines.join('')}`);
for (const { image, digest } of digests) process.stdout.write(`${image} is ${digest}\n`);
