import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Probabilities from 0 to 1 of each fault of a message. */
export interface BusFaults {
  /** Published, but reported as failed. */
  readonly publishedButRefused: number;
  /** Not published, and reported as failed. */
  readonly refused: number;
  /** Published twice, as two messages. */
  readonly publishedTwice: number;
  /** Published late, after later messages. */
  readonly publishedLate: number;
  /** Delivered to its listener twice at the same time. */
  readonly deliveredTwice: number;
  /** Handled, but its acknowledgement is lost, so that it is redelivered. */
  readonly acknowledgementLost: number;
  /** Not handled, and redelivered after later messages. */
  readonly deliveredLate: number;
  /** The longest delay. */
  readonly lateMs: number;
}

/** With every probability 0. */
export const noBusFaults: BusFaults = {
  publishedButRefused: 0,
  refused: 0,
  publishedTwice: 0,
  publishedLate: 0,
  deliveredTwice: 0,
  acknowledgementLost: 0,
  deliveredLate: 0,
  lateMs: 1,
};

/** Messages that are later than the timeouts of what waits for them. */
export interface LateBus {
  /** Of all messages, from 0 to 1. */
  readonly share: number;
  readonly byMs: number;
}

/** The current faults of the services. The chaos test writes them to a file, which the services read. */
export interface Faults {
  readonly bus?: BusFaults;
  readonly lateBus?: LateBus;
  /** Milliseconds by which the clock of each process is ahead, by the port on which it listens, which it keeps through restarts. */
  readonly clocks?: Readonly<Record<string, number>>;
  /** Services whose event loops stand still. */
  readonly stalled?: readonly string[];
}

const faultsFile = 'faults.json';

/** Sets the faults of all services that use this data directory. */
export const writeFaults = (dataDir: string, faults: Faults): void => {
  const path = join(dataDir, faultsFile);
  writeFileSync(`${path}.new`, JSON.stringify(faults));
  renameSync(`${path}.new`, path);
};

/** As what the stalls of a service are counted. */
export const stallOf = (service: string): string => `stalled ${service}`;

const readEveryMs = 100;

/** Blocks this thread. */
const block = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** The longest stall, should nobody end it. */
const stallMs = 20_000;

/**
 * Returns a function that returns the current faults of a service, read every 100 ms; while it is stalled, nothing else runs.
 * Calls `onStall` right before a stall.
 */
export const watchFaults = (dataDir: string, service: string, onStall: () => void): (() => Faults) => {
  const path = join(dataDir, faultsFile);
  let faults: Faults = {};
  let seen = '';
  const readIfChanged = () => {
    const content = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
    if (content === seen) return;
    seen = content;
    faults = JSON.parse(content);
  };
  const isStalled = () => faults.stalled?.includes(service) === true;
  const readOrStall = () => {
    readIfChanged();
    if (isStalled()) onStall();
    const until = performance.now() + stallMs;
    while (isStalled() && performance.now() < until) {
      block(readEveryMs);
      readIfChanged();
    }
  };
  readIfChanged();
  setInterval(readOrStall, readEveryMs).unref();
  return () => faults;
};
