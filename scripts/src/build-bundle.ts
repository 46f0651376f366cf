import { buildBundle, endBundler } from './build/build.ts';
import { bundled } from './topology.ts';

// What the images are built with: node scripts/src/build-bundle.ts orders
const name = bundled.find((candidate) => candidate === process.argv[2]);
if (name === undefined) {
  process.stderr.write(`Name one of ${bundled.join(', ')}\n`);
  process.exit(2);
}
await buildBundle(name);
await endBundler();
