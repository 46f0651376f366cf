import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Writes the package.json of each workspace from package-lock.json, which holds a copy of what `npm ci` asks of them:
// so an image that installs the packages needs no list of workspaces.
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [folder, manifest] of Object.entries(packages)) {
  if (folder === '' || folder.includes('node_modules/')) continue;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', ...manifest }));
}
