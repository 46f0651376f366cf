import { findVersion } from '../versions.ts';
import type { ServerKind } from '../server-kinds.ts';
import { downloadTimeoutMs, failureOf, runCommand } from './run-command.ts';
import type { Source, SourceDeps } from './source.ts';

/** A container image, pulled by Docker. */
export const containerImage = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `docker: ${kind.image}`,
  find: async () => {
    const docker = async (...args: string[]) => {
      const result = await runCommand(deps, 'docker', args, downloadTimeoutMs);
      if (result.failed) throw new Error(failureOf('docker', result));
    };
    await docker('version', '--format', '{{.Server.Version}}');
    deps.progress(`pulling ${kind.image}`);
    await docker('pull', '--quiet', kind.image);
    return { kind: 'image', image: kind.image, version: findVersion(kind.image) ?? kind.minimum, from: 'docker' };
  },
});
