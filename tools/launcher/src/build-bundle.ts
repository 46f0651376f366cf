import { buildBundle, endBundler } from './build/build.ts';
import { bundled } from './build/bundled.ts';

// What the images are built with: node tools/launcher/src/build-bundle.ts orders
const name = Object.keys(bundled).find((candidate) => candidate === process.argv[2]);
if (name === undefined) {
  process.stderr.write(`Name one of ${Object.keys(bundled).join(', ')}\n`);
  process.exit(2);
}
await buildBundle(name);
await endBundler();
