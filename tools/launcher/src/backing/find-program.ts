import { join } from 'node:path';
import { cacheDirectory } from '../paths.ts';
import { serverKinds, type ServerKind, type ServerName } from './server-kinds.ts';
import type { Program, Source, SourceDeps } from './sources/source.ts';
import { sourcesOf } from './sources/sources-of.ts';

/** No source works. The message lists every source, why it failed, and what to do. */
export class ServerNotFoundError extends Error {
  constructor(kind: ServerKind, failures: readonly { readonly label: string; readonly reason: string }[]) {
    super(
      [
        `${kind.program} ${kind.minimum} or newer could not be found. Tried:`,
        ...[{ label: kind.urlVariable, reason: 'not set' }, ...failures].map(
          ({ label, reason }) => `  - ${label}: ${reason}`,
        ),
        'Do one of these:',
        `  - set ${kind.urlVariable} to the address of a running server`,
        `  - put ${kind.program} ${kind.minimum} or newer on the PATH`,
        `  - make one of the sources above work (network or proxy, pip, docker) and start again`,
      ].join('\n'),
    );
    this.name = 'ServerNotFoundError';
  }
}

/**
 * Returns the program of the first source that works.
 * @throws ServerNotFoundError when none works.
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
 * Finds the program of a backing server on the PATH or in the project's cache, or downloads it into the cache.
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
