import { join } from 'node:path';
import type { ServerKind } from '../server-kinds.ts';
import { downloadTimeoutMs, failureOf, runCommand } from './run-command.ts';
import { inScratch, moveIntoCache } from './scratch.ts';
import type { Source, SourceDeps } from './source.ts';

/** A Go module, built here. */
export const goInstall = (deps: SourceDeps, kind: ServerKind, module: string): Source => ({
  label: `package registry: go install ${module}`,
  find: async () => {
    deps.progress(`building ${kind.program}, which takes a minute`);
    return inScratch(deps, async (directory) => {
      const env = { ...deps.env, GOBIN: directory, GOFLAGS: '-modcacherw', CGO_ENABLED: '0' };
      const built = await runCommand({ ...deps, env }, 'go', ['install', module], downloadTimeoutMs);
      if (built.failed) throw new Error(failureOf('go', built));
      return moveIntoCache(deps, kind, join(directory, kind.program), 'go install');
    });
  },
});
