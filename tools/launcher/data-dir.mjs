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

// Who uses a DATA_DIR. No dependency and nothing newer than Node 20: it is asked before anything is installed.

/** In the environment of every process that the launcher starts: tells whose it is. */
export const marker = 'TICKETING_DATA_DIR';

/** What the launcher makes in a DATA_DIR; nothing else is ever removed from it. */
const ours = [
  'mongod',
  'nats',
  'nats-streaming',
  'redis',
  'stripe-sandbox',
  'logs',
  'secrets.json',
  'processes.json',
  'demo-accounts.json',
  'launcher.json',
];

const note = '.ticketing';

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
 * Writes a file so that nobody ever sees half of it.
 * @param {string} path @param {string} text @param {number} [mode]
 */
export const writeWhole = (path, text, mode = 0o644) => {
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, text, { mode });
  renameSync(unfinished, path);
};

/**
 * The launcher that runs on this DATA_DIR now.
 * @param {string} dataDir
 * @returns {number | undefined} Its process id.
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
  `${dataDir} is in use by another npm start (process ${pid}): end that one, or choose another DATA_DIR and PORT`;

/**
 * Makes the directory and claims it for this process.
 * @param {string} dataDir
 */
export const claimDataDir = (dataDir) => {
  mkdirSync(dataDir, { recursive: true });
  const pid = runningLauncher(dataDir);
  if (pid !== undefined) throw new Error(inUse(dataDir, pid));
  writeFileSync(join(dataDir, note), 'Data of the ticket marketplace on this machine, made by npm start.\n');
  writeWhole(join(dataDir, 'launcher.json'), `{ "pid": ${process.pid} }\n`);
};

/**
 * Removes what says that a launcher runs on it; a directory that no launcher has made is left alone.
 * @param {string} dataDir
 */
export const releaseDataDir = (dataDir) => {
  if (!existsSync(join(dataDir, note))) return;
  rmSync(join(dataDir, 'processes.json'), { force: true });
  rmSync(join(dataDir, 'launcher.json'), { force: true });
};

/**
 * Removes everything that the launcher keeps in a DATA_DIR, and nothing else.
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
  if (found.length > 0 && !entries.includes(note))
    throw new Error(`${dataDir} was not made by npm start (there is no ${note} in it): --fresh does not empty it`);
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
 * Whether the process with this number is one that a launcher of this DATA_DIR has started.
 * @param {string} dataDir @param {number} pid
 */
export const isProcessOf = (dataDir, pid) => isMarked(dataDir, String(pid)) || worksInside(dataDir, String(pid));

/**
 * Processes that a launcher of this DATA_DIR has started and that still run: marked in their environment, or written
 * down and at work in the directory, since Redis writes over its environment.
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
  const written = read(join(dataDir, 'processes.json'))?.match(/(?<="pid":)\d+/g) ?? [];
  return entries
    .filter((pid) => isMarked(dataDir, pid) || (written.includes(pid) && worksInside(dataDir, pid)))
    .map(Number)
    .filter((pid) => pid !== process.pid);
};

/** @param {readonly number[]} pids @param {NodeJS.Signals} signal */
const signalAll = (pids, signal) => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
};

/**
 * Ends what a launcher that was killed has left running on this DATA_DIR.
 * @param {string} dataDir
 * @param {(line: string) => void} log
 */
export const endLeftovers = async (dataDir, log) => {
  const found = leftovers(dataDir);
  if (found.length === 0) return;
  log(`Ending ${found.length} processes that an earlier npm start has left behind`);
  signalAll(found, 'SIGTERM');
  const end = Date.now() + 8_000;
  while (leftovers(dataDir).length > 0) {
    if (Date.now() > end) signalAll(leftovers(dataDir), 'SIGKILL');
    await delay(100);
  }
};
