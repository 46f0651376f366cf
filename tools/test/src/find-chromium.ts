import { findPrograms, isExecutable } from '@ticketing/launcher/programs';
import { execa } from 'execa';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const installTimeoutMs = 600_000;

const find = (env: NodeJS.ProcessEnv): string | undefined => findPrograms(env, names, ['/usr/bin'])[0];

/**
 * The Chromium for tests in a browser: CHROMIUM_PATH, one on the PATH, or Debian's, which it installs when it runs as root.
 * @throws Error that says what to do.
 */
export const findChromium = async (env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<string> => {
  const given = env['CHROMIUM_PATH'] ?? '';
  if (given !== '') {
    if (!isExecutable(given)) throw new Error(`CHROMIUM_PATH=${given} is not a program`);
    return given;
  }
  const found = find(env);
  if (found !== undefined) return found;
  const advice = 'put chromium on the PATH (on Debian: apt-get install chromium) or set CHROMIUM_PATH';
  if (process.getuid?.() !== 0) throw new Error(`No Chromium was found, and only root can install one: ${advice}`);
  log('Installing Chromium from Debian for the tests in a browser; this takes a minute');
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
    const { failed, stderr } = await execa('apt-get', args, {
      reject: false,
      timeout: installTimeoutMs,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (failed)
      throw new Error(
        `Chromium could not be installed (${stderr.trim().split('\n').at(-1) ?? 'no apt-get'}): ${advice}`,
      );
  }
  const installed = find(env);
  if (installed === undefined) throw new Error(`The Debian package contains no Chromium: ${advice}`);
  return installed;
};
