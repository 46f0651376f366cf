import { join } from 'node:path';
import { cacheDirectory } from '../paths.ts';
import { serverKinds, type ServerKind, type ServerName } from './server-kinds.ts';
import { sourcesOf, type Program, type Source, type SourceDeps } from './sources.ts';

/** No source has the program; the message lists what was tried, why each failed and what to do. */
export class ServerNotFoundError extends Error {
  constructor(kind: ServerKind, failures: readonly { readonly label: string; readonly reason: string }[]) {
    super(
      [
        `No ${kind.program} (${kind.minimum} or newer) could be found. Tried:`,
        ...[{ label: kind.urlVariable, reason: 'not set' }, ...failures].map(
          ({ label, reason }) => `  - ${label}: ${reason}`,
        ),
        'What to do, one of:',
        `  - set ${kind.urlVariable} to the address of a running server`,
        `  - put ${kind.program} ${kind.minimum} or newer on the PATH`,
        `  - make one of the sources above reachable (a network or a proxy, pip, docker) and start again`,
      ].join('\n'),
    );
    this.name = 'ServerNotFoundError';
  }
}

/**
 * What the first source that works has found.
 * @throws ServerNotFoundError when none does.
 */
export const firstThatWorks = async (
  kind: ServerKind,
  sources: readonly Source[],
  signal?: AbortSignal,
): Promise<Program> => {
  const failures: { label: string; reason: string }[] = [];
  for (const { label, find } of sources) {
    try {
      return await find();
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ label, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new ServerNotFoundError(kind, failures);
};

/**
 * A program of a backing server: from the PATH, from the project's cache, or downloaded into it.
 * @throws ServerNotFoundError
 */
export const findProgram = (server: ServerName | ServerKind, deps: Partial<SourceDeps> = {}): Promise<Program> => {
  const kind = typeof server === 'string' ? serverKinds[server] : server;
  const sources = sourcesOf(
    { env: process.env, cacheDir: join(cacheDirectory, 'bin'), progress: () => undefined, ...deps },
    kind,
  );
  return firstThatWorks(kind, sources, deps.signal);
};
