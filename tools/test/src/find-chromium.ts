import { execa } from 'execa';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const onPath = (env: NodeJS.ProcessEnv): string | undefined =>
  [...(env['PATH'] ?? '').split(delimiter), '/usr/bin']
    .flatMap((directory) => names.map((name) => join(directory, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

const installMs = 600_000;

/**
 * A Chromium for the tests in a browser: the one that is there, or Debian's, installed when this is root.
 * @throws Error that says what to do.
 */
export const findChromium = async (env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<string> => {
  const found = onPath(env);
  if (found !== undefined) return found;
  const advice = 'put chromium on the PATH, on Debian by: apt-get install chromium';
  if (process.getuid?.() !== 0) throw new Error(`There is no Chromium, and only root can install one: ${advice}`);
  say('Installing Chromium from Debian for the tests in a browser; this takes a minute');
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
    const { failed, stderr } = await execa('apt-get', args, {
      reject: false,
      timeout: installMs,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (failed)
      throw new Error(
        `Chromium could not be installed (${stderr.trim().split('\n').at(-1) ?? 'no apt-get'}): ${advice}`,
      );
  }
  const installed = onPath(env);
  if (installed === undefined) throw new Error(`Chromium was installed and is not there: ${advice}`);
  return installed;
};
