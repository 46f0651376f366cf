import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How messages are disturbed: each number is a probability from 0 to 1. */
export interface BusFaults {
  /** Published but told to have failed. */
  readonly publishedButRefused: number;
  /** Not published, and told to have failed. */
  readonly refused: number;
  /** Published twice, as two messages. */
  readonly publishedTwice: number;
  /** Published late, so that others overtake it. */
  readonly publishedLate: number;
  /** Handed to its listener twice at the same time. */
  readonly deliveredTwice: number;
  /** Handled, but its acknowledgement is lost: it comes again. */
  readonly acknowledgementLost: number;
  /** Given back unhandled and delivered later, after others. */
  readonly deliveredLate: number;
  /** The longest of the delays. */
  readonly lateMs: number;
}

/** What the chaos test wants of the services at this moment; it writes the file, they read it. */
export interface Faults {
  readonly bus?: BusFaults;
  /** By service: how far its clock is ahead, in milliseconds. */
  readonly clocks?: Readonly<Record<string, number>>;
}

const faultsFile = 'faults.json';

/** Tells all services that run on this data directory. */
export const writeFaults = (dataDir: string, faults: Faults): void => {
  const path = join(dataDir, faultsFile);
  writeFileSync(`${path}.new`, JSON.stringify(faults));
  renameSync(`${path}.new`, path);
};

const lookEveryMs = 100;

/** What the file says now, looked at every tenth of a second. */
export const watchFaults = (dataDir: string): (() => Faults) => {
  const path = join(dataDir, faultsFile);
  let faults: Faults = {};
  let seen = '';
  const look = () => {
    const found = statSync(path, { throwIfNoEntry: false });
    const state = found === undefined ? '' : `${found.ino} ${found.mtimeMs}`;
    if (state === seen) return;
    seen = state;
    faults = found === undefined ? {} : JSON.parse(readFileSync(path, 'utf8'));
  };
  look();
  setInterval(look, lookEveryMs).unref();
  return () => faults;
};
