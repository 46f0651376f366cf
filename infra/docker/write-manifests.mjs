import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Writes a package.json for each workspace from its entry in package-lock.json, with the fields that `npm ci` reads. So
// the stage that installs the packages needs no list of workspaces.
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [folder, manifest] of Object.entries(packages)) {
  if (folder === '' || folder.includes('node_modules/')) continue;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', ...manifest }));
}
