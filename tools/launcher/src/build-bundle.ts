import { buildBundle, endBundler } from './build/build.ts';
import { bundled } from './build/bundled.ts';

// Bundles one workspace for its container image: node tools/launcher/src/build-bundle.ts orders
const name = Object.keys(bundled).find((candidate) => candidate === process.argv[2]);
if (name === undefined) {
  process.stderr.write(`Usage: build-bundle.ts NAME, one of ${Object.keys(bundled).join(', ')}\n`);
  process.exit(2);
}
await buildBundle(name);
await endBundler();
