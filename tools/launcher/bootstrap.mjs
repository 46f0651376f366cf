import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// Installs the npm packages, Node 24 among them, before any other code runs. Runs on Node 20 without dependencies.

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Package
 * @typedef {Record<string, Package>} Packages
 */

/**
 * What makes it impossible to build in this path. The bundlers take # and ? for the end of a file's name.
 * @param {string} path
 * @returns {string | undefined}
 */
export const pathProblem = (path) => {
  const found = /[#?]/.exec(path)?.[0];
  return found === undefined
    ? undefined
    : `The path of this folder contains ${found}, and the site cannot be built in such a path: ${path}\nMove or rename the folder, then start again.`;
};

/** What decides how npm reaches its registry. Every other setting could change what it installs. */
const registrySetting =
  /^npm_config_(registry|\/\/.*|@.*|(https?_)?proxy|no_?proxy|ca(file)?|cert|key|strict_ssl|cache|userconfig|globalconfig|fetch_.*|(prefer_)?offline)$/i;

/**
 * The environment of npm: the caller's without the settings that would make npm install less.
 * @param {NodeJS.ProcessEnv} env
 */
export const npmEnvironment = (env) =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => name !== 'NODE_ENV' && (!/^npm_config_/i.test(name) || registrySetting.test(name)),
    ),
  );

/** The same settings may stand in an .npmrc, over which arguments win. */
export const npmArguments = [
  'ci',
  '--ignore-scripts=false',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--global=false',
  '--location=project',
  '--bin-links=true',
  '--dry-run=false',
  '--package-lock=true',
  '--package-lock-only=false',
  '--install-strategy=hoisted',
  '--legacy-peer-deps=false',
  '--engine-strict=false',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** @returns {string} */
const libcOfThisSystem = () => {
  /** @type {any} */
  const report = process.report.getReport();
  return report.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
};

/**
 * Whether an optional package is the native part of another one for this system.
 * @param {Package} entry
 */
const isNative = ({ os, cpu, libc }) =>
  os?.includes(process.platform) === true &&
  cpu?.includes(process.arch) === true &&
  (libc === undefined || libc.includes(libcOfThisSystem()));

/**
 * Reads the packages that `package-lock.json`, or npm's record of what it has installed, lists.
 * @param {string} file
 * @returns {Packages | undefined}
 */
const readPackages = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
};

/**
 * Whether the installed packages are those of the lockfile. Optional packages for other systems may be missing.
 * @param {Packages | undefined} locked
 * @param {Packages | undefined} installed
 */
export const isInstalled = (locked, installed) =>
  locked !== undefined &&
  installed !== undefined &&
  Object.entries(locked).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true && !isNative(entry);
    return found.version === entry.version && found.integrity === entry.integrity;
  });

/** @param {string} line */
const print = (line) => {
  process.stdout.write(`${line}\n`);
};

/** The packages of the lockfile, Node 24 among them, that are not there. @returns {string[]} */
const missingPackages = () => {
  const locked = readPackages(join(root, 'package-lock.json')) ?? {};
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json')) ?? {};
  const missing = Object.keys(locked).filter(
    (path) =>
      !isInstalled({ [path]: locked[path] ?? {} }, installed) ||
      (installed[path] !== undefined && !existsSync(join(root, path, 'package.json'))),
  );
  return pathOfNode24() === undefined ? ['Node 24', ...missing] : missing;
};

/**
 * Installs the npm packages of the lockfile, unless they are installed already.
 * @returns {Promise<void>} Rejects with a message for the user.
 */
export const ensurePackages = async () => {
  const problem = pathProblem(root);
  if (problem !== undefined) throw new Error(problem);
  const lockfile = join(root, 'package-lock.json');
  const hash = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  // They are installed if we have installed this lockfile before, or if somebody else has run npm.
  const record = join(root, 'node_modules', '.installed-lockfile');
  if (existsSync(record) && readFileSync(record, 'utf8') === hash && pathOfNode24() !== undefined) return;
  if (missingPackages().length === 0) return;
  print('Installing the npm packages of package-lock.json (npm ci); this takes a minute or two');
  const began = Date.now();
  const heartbeat = setInterval(() => {
    print(`  still installing, ${Math.round((Date.now() - began) / 1000)} s`);
  }, 15_000);
  try {
    await new Promise((resolve, reject) => {
      const npm = spawn('npm', npmArguments, {
        cwd: root,
        env: npmEnvironment(process.env),
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      npm.once('error', (error) => {
        reject(new Error(`npm could not be started (${error.message}): is npm on the PATH?`));
      });
      npm.once('exit', (code, signal) => {
        if (code === 0) resolve(undefined);
        else
          reject(
            new Error(
              `npm ci ${signal === null ? `ended with code ${code}` : `was ended by ${signal}`}. ` +
                "See its output above. It must be able to reach npm's registry (npm config get registry).",
            ),
          );
      });
    });
  } finally {
    clearInterval(heartbeat);
  }
  const missing = missingPackages();
  if (missing.length > 0)
    throw new Error(
      `npm ci has reported success, but ${missing.length} packages are missing, for example ${missing.slice(0, 3).join(', ')}. ` +
        'Remove the folder node_modules and try again.',
    );
  writeFileSync(record, hash);
};

/**
 * Returns the path of Node 24, of this process or of the npm package, or undefined.
 * @returns {string | undefined}
 */
const pathOfNode24 = () => {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return [join(root, 'node_modules', 'node', 'bin', 'node'), join(root, 'node_modules', '.bin', 'node')].find(
    (path) => existsSync(path) && spawnSync(path, ['--version']).stdout?.toString().startsWith('v24'),
  );
};

/** @returns {string} */
export const findNode24 = () => {
  const path = pathOfNode24();
  if (path === undefined) throw new Error('Node 24 is not installed: run npm ci, or put Node 24 on the PATH');
  return path;
};

/**
 * Runs a script on Node 24 and forwards signals to it. The script receives `disconnect` on its IPC channel when this
 * process ends, even by SIGKILL.
 *
 * @param {string} script Path from the root.
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
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    };
    for (const signal of signals) process.on(signal, forward);
    // When npm is killed, this process receives no signal, but its parent changes.
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
 * Runs a command and sets the exit code. Errors are printed without their stack.
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
