import { join } from 'node:path';
import { isExecutable, pathDirectories } from '../../programs.ts';
import type { ServerKind } from '../server-kinds.ts';
import { checkProgram } from './check-program.ts';
import type { Source, SourceDeps } from './source.ts';

/** The first program on the PATH, or in the cache, that runs and is new enough. */
export const pathOrCache = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `${kind.program} on the PATH or in ${deps.cacheDir}`,
  find: async () => {
    const { env, cacheDir } = deps;
    const problems: string[] = [];
    for (const directory of [...pathDirectories(env), cacheDir]) {
      const path = join(directory, kind.program);
      if (!isExecutable(path)) continue;
      try {
        return await checkProgram(deps, kind, path, directory === cacheDir ? 'cache' : 'PATH');
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new Error(problems.length === 0 ? 'not found' : problems.join('; '));
  },
});
