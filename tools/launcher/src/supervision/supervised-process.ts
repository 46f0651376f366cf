import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { backOffMs, deathsInARow } from './back-off.ts';

export interface ProcessSpec {
  readonly name: string;
  readonly replica: number;
  readonly command: string;
  readonly args: readonly string[];
  /** Its complete environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Its address, written to `processes.json`. */
  readonly url: string;
  readonly logFile: string;
  /** Whether it is ready; an error counts as not ready. */
  readonly isReady: () => Promise<boolean>;
  /** Why it must be restarted although it runs; undefined while there is no reason. An error counts once errors have gone on for `noResponseMs`. */
  readonly findFailure?: () => Promise<string | undefined>;
  /** A minute by default. Shortened by tests only. */
  readonly noResponseMs?: number;
  /** Time from SIGTERM to SIGKILL. */
  readonly stopTimeoutMs: number;
  /** Runs after each end of the process, to remove what outlives it, such as a container. */
  readonly cleanUp?: () => Promise<void>;
}

export interface Supervision {
  /** Prints a line for the user. */
  readonly log: (line: string) => void;
  /** Called when a process has started or ended. */
  readonly onChange: () => void;
}

const probeEveryMs = 100;
const findFailureEveryMs = 2_000;
/** As long as its probe in the cluster waits. NATS 2.14 deadlocks when a purge meets a full disk. */
const standardNoResponseMs = 60_000;
/** After this many deaths before it was ever ready, the start has failed. */
const maxFailedStarts = 5;
const tailBytes = 3_000;
const maxLogBytes = 20_000_000;

const endOf = (file: string): string => {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    readSync(fd, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trim().split('\n').slice(-15).join('\n');
  } finally {
    closeSync(fd);
  }
};

/** Renames a long log to `….1` before the process starts; logs are only appended to. */
const rotateLongLog = (file: string): void => {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(file, `${file}.1`);
};

/**
 * A process that is restarted with back-off whenever it ends, until `stop` is called. It runs in its own session, so
 * that Ctrl-C in the terminal reaches only the launcher, which stops the processes in order. Its output is appended to
 * its log file.
 */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #supervision: Supervision;
  readonly #firstReady = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #life: Promise<void> | undefined;
  #ready = false;
  #wasReady = false;

  constructor(spec: ProcessSpec, supervision: Supervision) {
    this.spec = spec;
    this.#supervision = supervision;
    // Without a caller of ready(), a failed start is no unhandled rejection.
    this.#firstReady.promise.catch(() => undefined);
  }

  get label(): string {
    return `${this.spec.name}-${this.spec.replica}`;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  start(): this {
    this.#life ??= this.#live();
    return this;
  }

  /**
   * Resolves when it is ready for the first time.
   * @throws Error with the end of its log when it keeps dying before that.
   */
  ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  /** Sends SIGTERM, and SIGKILL after `stopTimeoutMs`. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#life;
    this.#stopping.abort();
    this.#firstReady.reject(new Error(`${this.label} was stopped before it was ready`));
    const child = this.#child;
    if (child !== undefined) await this.#terminate(child, this.#life);
    await this.#life;
  }

  /** Kills it and its child processes immediately. */
  kill(): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
  }

  async #live(): Promise<void> {
    for (let deaths = 0; !this.#stopping.signal.aborted;) {
      const began = performance.now();
      const ending = await this.#runOnce();
      if (this.#stopping.signal.aborted) break;
      deaths = deathsInARow(deaths, performance.now() - began);
      if (!this.#wasReady && deaths >= maxFailedStarts) {
        this.#firstReady.reject(
          new Error(
            `${this.label} does not start: it ${ending}. The end of ${this.spec.logFile}:\n${endOf(this.spec.logFile)}`,
          ),
        );
      }
      const wait = backOffMs(deaths);
      this.#supervision.log(`${this.label} ${ending}, restarting in ${wait / 1000} s`);
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /** Runs the process until it ends, and returns how it ended. */
  async #runOnce(): Promise<string> {
    const { command, args, env, cwd, logFile, cleanUp } = this.spec;
    mkdirSync(dirname(logFile), { recursive: true });
    rotateLongLog(logFile);
    const output = openSync(logFile, 'a');
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
      child.once('error', (error) => resolve(`could not be started (${error.message})`));
    });
    const over = new AbortController();
    if (child.pid !== undefined) {
      this.#child = child;
      this.#supervision.onChange();
      void this.#watch(child, over.signal);
    }
    const ending = await ended;
    over.abort();
    this.#child = undefined;
    this.#ready = false;
    await cleanUp?.();
    this.#supervision.onChange();
    return ending;
  }

  /** Ends it with SIGTERM, or after `stopTimeoutMs` with SIGKILL; resolves with `ended`. */
  async #terminate(child: ChildProcess, ended: Promise<unknown> | undefined): Promise<void> {
    child.kill('SIGTERM');
    const kill = setTimeout(() => {
      this.#supervision.log(`${this.label} did not end within ${this.spec.stopTimeoutMs / 1000} s and is killed`);
      this.kill();
    }, this.spec.stopTimeoutMs);
    await ended;
    clearTimeout(kill);
  }

  async #watch(child: ChildProcess, over: AbortSignal): Promise<void> {
    await this.#untilReady(over);
    const { findFailure, noResponseMs = standardNoResponseMs } = this.spec;
    if (findFailure === undefined) return;
    let respondedAt = performance.now();
    while (!over.aborted) {
      await delay(findFailureEveryMs, undefined, { signal: over }).catch(() => undefined);
      const failure = await findFailure().then(
        (found) => {
          respondedAt = performance.now();
          return found;
        },
        () => (performance.now() - respondedAt >= noResponseMs ? 'it does not respond' : undefined),
      );
      if (failure === undefined || over.aborted) continue;
      this.#supervision.log(`${this.label} must be restarted: ${failure}`);
      await this.#terminate(child, once(over, 'abort'));
    }
  }

  async #untilReady(over: AbortSignal): Promise<void> {
    for (;;) {
      const ready = await this.spec.isReady().catch(() => false);
      if (over.aborted) return;
      if (ready) break;
      await delay(probeEveryMs, undefined, { signal: over }).catch(() => undefined);
    }
    this.#ready = true;
    if (this.#wasReady) this.#supervision.log(`${this.label} is ready again`);
    this.#wasReady = true;
    this.#firstReady.resolve();
  }
}
