import process from 'node:process';
import { text } from 'node:stream/consumers';
import { environmentLabel } from './development-namespace.mjs';

// skaffold dev runs it with the rendered manifests at its input. It fails if they are production's.

if ((await text(process.stdin)).includes(`${environmentLabel}: production`)) {
  process.stderr.write(
    'skaffold dev removes what it has deployed when it ends: deploy production by skaffold run -p gcp\n',
  );
  process.exit(1);
}
