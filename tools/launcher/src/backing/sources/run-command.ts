import { execa } from 'execa';
import type { SourceDeps } from './source.ts';

interface CommandResult {
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** ENOENT when the command does not exist. */
  readonly code: string | undefined;
}

/** For downloads and installations. */
export const downloadTimeoutMs = 600_000;
/** For commands such as --version. */
export const commandTimeoutMs = 20_000;

/** Runs a command and returns its result, also when it fails. */
export const runCommand = async (
  { env, signal }: Pick<SourceDeps, 'env' | 'signal'>,
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<CommandResult> => {
  const { failed, timedOut, stdout, stderr, code } = await execa(command, args, {
    env,
    reject: false,
    timeout: timeoutMs,
    stdin: 'ignore',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  return { failed, timedOut, stdout, stderr, code };
};

/** Why a command failed: it does not exist, or the last line of its error output. */
export const failureOf = (command: string, { code, stderr }: CommandResult): string =>
  code === 'ENOENT' ? `${command} is not installed` : `${command} failed: ${lastLine(stderr)}`;

export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
