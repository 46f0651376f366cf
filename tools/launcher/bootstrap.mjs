import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// What must be there before anything of ours can run: the npm packages, among them Node 24. It runs on Node 20.

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, link?: boolean }>} Packages */

/**
 * What is recorded of packages: by `package-lock.json`, or by npm itself beside those that it has installed.
 * @param {string} file
 * @returns {Packages | undefined}
 */
const packagesOf = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
};

/**
 * Whether what is installed is what the lockfile says. Optional packages may be missing: they are for other systems.
 * @param {Packages | undefined} locked
 * @param {Packages | undefined} installed
 */
export const isInstalled = (locked, installed) =>
  locked !== undefined &&
  installed !== undefined &&
  Object.entries(locked).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });

/** @param {string} line */
const say = (line) => {
  process.stdout.write(`${line}\n`);
};

/**
 * Installs the npm packages of the lockfile unless they are there.
 * @returns {Promise<void>} Rejects with a message for the user.
 */
export const ensurePackages = async () => {
  const lockfile = join(root, 'package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  // Two ways to know: we have installed this very lockfile, or somebody else has installed what it says.
  const record = join(root, 'node_modules', '.installed-lockfile');
  if (existsSync(record) && readFileSync(record, 'utf8') === hash) return;
  if (isInstalled(packagesOf(lockfile), packagesOf(join(root, 'node_modules', '.package-lock.json')))) return;
  say('Installing the npm packages of package-lock.json (npm ci); this takes a minute or two');
  const began = Date.now();
  const heartbeat = setInterval(() => {
    say(`  still installing, ${Math.round((Date.now() - began) / 1000)} s`);
  }, 15_000);
  try {
    await new Promise((resolve, reject) => {
      const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      npm.once('error', (error) => {
        reject(new Error(`npm could not be started (${error.message}): npm must be on the PATH`));
      });
      npm.once('exit', (code, signal) => {
        if (code === 0) resolve(undefined);
        else
          reject(
            new Error(
              `npm ci ${signal === null ? `ended with code ${code}` : `was ended by ${signal}`}. ` +
                "What it says is above; it needs npm's registry (npm config get registry) to be reachable.",
            ),
          );
      });
    });
  } finally {
    clearInterval(heartbeat);
  }
  writeFileSync(record, hash);
};

/**
 * Node 24: this one, or the one that npm has installed.
 * @returns {string} Its path.
 */
export const findNode24 = () => {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  for (const path of [join(root, 'node_modules', 'node', 'bin', 'node'), join(root, 'node_modules', '.bin', 'node')]) {
    if (existsSync(path) && spawnSync(path, ['--version']).stdout?.toString().startsWith('v24')) return path;
  }
  throw new Error('Node 24 is not among the npm packages: run npm ci, or put Node 24 on the PATH');
};

/**
 * Runs a script of ours on Node 24, hands signals on to it and ends with its code. The script is told over the channel
 * between them when this process is gone, whatever has ended it.
 *
 * @param {string} script Path below the root.
 * @param {readonly string[]} args
 * @param {{ readonly afterFailure?: () => Promise<void> }} [options]
 * @returns {Promise<number>} The exit code.
 */
export const runOnNode24 = (script, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(findNode24(), ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
      cwd: root,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const handOn = (/** @type {NodeJS.Signals} */ signal) => {
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    };
    for (const signal of signals) process.on(signal, handOn);
    // npm that is killed tells nobody; its children then belong to somebody else.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.env['npm_lifecycle_event'] === undefined || process.ppid === parent) return;
      clearInterval(orphaned);
      child.kill('SIGTERM');
    }, 500);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(orphaned);
      const exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
      const after = exitCode === 0 ? undefined : options.afterFailure;
      Promise.resolve(after?.()).then(() => resolve(exitCode), reject);
    });
  });

/**
 * The life of a command: says what is wrong in words, never with a stack.
 * @param {() => Promise<number>} run
 */
export const runCommand = async (run) => {
  try {
    process.exitCode = await run();
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
};
