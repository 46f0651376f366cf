import { findVersion, isAtLeast } from '../versions.ts';
import type { ServerKind } from '../server-kinds.ts';
import { commandTimeoutMs, lastLine, runCommand } from './run-command.ts';
import type { Program, SourceDeps } from './source.ts';

/**
 * Runs the program at `path` with --version.
 * @throws Error when it does not run here, or is too old.
 */
export const checkProgram = async (
  deps: SourceDeps,
  kind: ServerKind,
  path: string,
  from: string,
): Promise<Program> => {
  const { stdout, stderr, failed } = await runCommand(deps, path, ['--version'], commandTimeoutMs);
  if (failed) throw new Error(`${path} does not run on this machine: ${lastLine(stderr)}`);
  const version = findVersion(stdout);
  if (version === undefined) throw new Error(`${path} --version prints no version`);
  if (!isAtLeast(version, kind.minimum))
    throw new Error(`${path} is version ${version}, but ${kind.minimum} or newer is required`);
  return { kind: 'file', path, version, from };
};
