import { join } from 'node:path';
import { isExecutable } from '../../programs.ts';
import type { ServerKind } from '../server-kinds.ts';
import { checkProgram } from './check-program.ts';
import { downloadTimeoutMs, failureOf, runCommand } from './run-command.ts';
import type { Source, SourceDeps } from './source.ts';

/** Debian's package, which only root can install. */
export const debianPackage = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `package registry: Debian ${kind.debianPackage ?? kind.program}`,
  find: async () => {
    const { debianPackage: name } = kind;
    if (name === undefined) throw new Error(`Debian has no package of ${kind.program}`);
    if (process.getuid?.() !== 0) throw new Error('only root can install packages');
    // With runlevel 1 the package does not start its own service.
    const env = { ...deps.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const apt = async (...args: string[]) => {
      const result = await runCommand({ ...deps, env }, 'apt-get', args, downloadTimeoutMs);
      if (result.failed) throw new Error(failureOf('apt-get', result));
    };
    deps.progress(`installing the Debian package ${name}`);
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', name);
    for (const directory of ['/usr/bin', '/usr/sbin']) {
      const path = join(directory, kind.program);
      if (isExecutable(path)) return checkProgram(deps, kind, path, 'Debian');
    }
    throw new Error(`the package ${name} does not contain ${kind.program}`);
  },
});
