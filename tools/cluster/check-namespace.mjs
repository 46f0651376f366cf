import process from 'node:process';
import { refusalOf } from './development-namespace.mjs';
import { findTarget } from './hook-kubectl.mjs';

// node tools/cluster/check-namespace.mjs: fails if development must not be deployed to the namespace. skaffold runs it before
// it renders the overlays for development. It changes nothing.

const refusal = refusalOf(findTarget());
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(1);
}
