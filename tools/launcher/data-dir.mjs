import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

// Ensures that one launcher at a time uses a DATA_DIR, and stops what a killed one has left. It runs before the npm
// packages are installed, so on Node 20 without dependencies.

/** Environment variable of every process that the launcher starts: the DATA_DIR that it belongs to. */
export const marker = 'TICKETING_DATA_DIR';

/** Everything that the launcher creates in a DATA_DIR; nothing else is removed from it. */
const ours = [
  'mongod',
  'mongod-1',
  'mongod-2',
  'nats',
  'nats-1',
  'nats-2',
  'nats-streaming',
  'redis',
  'stripe-sandbox',
  'mailbox',
  'logs',
  'secrets.json',
  'processes.json',
  'demo-accounts.json',
  'launcher.json',
];

/** File that marks a directory as created by the launcher. */
const markerFile = '.ticketing';

/** @param {string} path */
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** @param {number} pid */
export const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * Writes a file by a rename, so that no reader sees a partial file.
 * @param {string} path @param {string} text @param {number} [mode]
 */
export const writeWhole = (path, text, mode = 0o644) => {
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, text, { mode });
  renameSync(unfinished, path);
};

/**
 * Returns the process id of the launcher that uses this DATA_DIR.
 * @param {string} dataDir
 * @returns {number | undefined}
 */
export const runningLauncher = (dataDir) => {
  const text = read(join(dataDir, 'launcher.json'));
  const pid = Number(/\d+/.exec(text ?? '')?.[0] ?? 0);
  if (pid === 0 || pid === process.pid || !isAlive(pid)) return undefined;
  const commandLine = read(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes('start.ts') ? pid : undefined;
};

/** @param {string} dataDir @param {number} pid */
export const inUse = (dataDir, pid) =>
  `${dataDir} is in use by another npm start (process ${pid}): stop it, or choose another DATA_DIR and PORT`;

/**
 * Creates the directory and records this process as its launcher.
 * @param {string} dataDir
 */
export const claimDataDir = (dataDir) => {
  mkdirSync(dataDir, { recursive: true });
  const pid = runningLauncher(dataDir);
  if (pid !== undefined) throw new Error(inUse(dataDir, pid));
  writeFileSync(join(dataDir, markerFile), 'Data of the ticket marketplace on this machine, made by npm start.\n');
  writeWhole(join(dataDir, 'launcher.json'), `{ "pid": ${process.pid} }\n`);
};

/**
 * Removes the records of running processes, unless the directory was not created by a launcher.
 * @param {string} dataDir
 */
export const releaseDataDir = (dataDir) => {
  if (!existsSync(join(dataDir, markerFile))) return;
  rmSync(join(dataDir, 'processes.json'), { force: true });
  rmSync(join(dataDir, 'launcher.json'), { force: true });
};

/**
 * Removes everything that the launcher stores in a DATA_DIR, and nothing else.
 * @param {string} dataDir
 */
export const emptyDataDir = (dataDir) => {
  const pid = runningLauncher(dataDir);
  if (pid !== undefined) throw new Error(inUse(dataDir, pid));
  /** @type {string[]} */
  let entries = [];
  try {
    entries = readdirSync(dataDir);
  } catch {
    return;
  }
  const found = ours.filter((entry) => entries.includes(entry));
  if (found.length > 0 && !entries.includes(markerFile))
    throw new Error(
      `${dataDir} was not created by npm start (it has no file ${markerFile}): --fresh does not empty it`,
    );
  for (const entry of found) rmSync(join(dataDir, entry), { recursive: true, force: true });
};

/** @param {string} dataDir @param {string} pid */
const isMarked = (dataDir, pid) => read(`/proc/${pid}/environ`)?.split('\0').includes(`${marker}=${dataDir}`) === true;

/** @param {string} dataDir @param {string} pid */
const worksInside = (dataDir, pid) => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${dataDir}/`);
  } catch {
    return false;
  }
};

/**
 * Whether the process with this id was started by a launcher of this DATA_DIR.
 * @param {string} dataDir @param {number} pid
 */
export const isProcessOf = (dataDir, pid) => isMarked(dataDir, String(pid)) || worksInside(dataDir, String(pid));

/**
 * Finds processes of this DATA_DIR that still run: those with the environment variable, and those that are in
 * processes.json and work in the directory, since Redis overwrites its environment.
 * @param {string} dataDir
 * @returns {number[]}
 */
const leftovers = (dataDir) => {
  /** @type {string[]} */
  let entries = [];
  try {
    entries = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  } catch {
    return [];
  }
  /** @type {string[]} */
  const listed = read(join(dataDir, 'processes.json'))?.match(/(?<="pid":)\d+/g) ?? [];
  return entries
    .filter((pid) => isMarked(dataDir, pid) || (listed.includes(pid) && worksInside(dataDir, pid)))
    .map(Number)
    .filter((pid) => pid !== process.pid);
};

/** @param {readonly number[]} pids @param {NodeJS.Signals} signal */
const signalAll = (pids, signal) => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended.
    }
  }
};

/**
 * Stops the processes that a killed launcher has left running.
 * @param {string} dataDir
 * @param {(line: string) => void} log
 */
export const stopLeftovers = async (dataDir, log) => {
  const found = leftovers(dataDir);
  if (found.length === 0) return;
  log(`Stopping ${found.length} processes that an earlier npm start has left running`);
  signalAll(found, 'SIGTERM');
  const end = Date.now() + 8_000;
  while (leftovers(dataDir).length > 0) {
    if (Date.now() > end) signalAll(leftovers(dataDir), 'SIGKILL');
    await delay(100);
  }
};
