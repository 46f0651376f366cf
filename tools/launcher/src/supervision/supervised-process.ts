import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { backOffMs, deathsInARow } from './back-off.ts';

export interface ProcessSpec {
  readonly name: string;
  readonly replica: number;
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where it is reached; goes into `processes.json`. */
  readonly url: string;
  readonly logFile: string;
  /** Whether it does its work by now. A throw counts as no. */
  readonly isReady: () => Promise<boolean>;
  /** From SIGTERM until it is killed. */
  readonly stopWithinMs: number;
  /** Ends what the process itself cannot end when it is killed, such as a container. */
  readonly cleanUp?: () => Promise<void>;
}

export interface Supervision {
  /** One line for the user. */
  readonly log: (line: string) => void;
  /** Called whenever a process has begun or ended. */
  readonly onChange: () => void;
}

const probeEveryMs = 100;
/** So many deaths before it was ever ready, and it will never be. */
const triesBeforeGivingUp = 5;
const tailBytes = 3_000;
const longLogBytes = 20_000_000;

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

/** Logs are appended to for ever; at a start a long one becomes `….1`, in the place of an earlier one. */
const setLongLogAside = (file: string): void => {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > longLogBytes) renameSync(file, `${file}.1`);
};

/**
 * A process that is started again, after a wait, whenever it ends without having been told to by `stop`. It runs in a
 * session of its own, so that a Ctrl-C in the terminal reaches only the launcher, which stops things in order. Its
 * output goes straight to its log file.
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
    // Whoever waits hears of it; nobody has to wait.
    this.#firstReady.promise.catch(() => undefined);
  }

  get label(): string {
    return `${this.spec.name}-${this.spec.replica}`;
  }

  /** Undefined while it is not running. */
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
   * Resolves once it has been ready for the first time.
   * @throws Error with the end of its log when it keeps dying before that.
   */
  ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  /** Ends it: SIGTERM, then SIGKILL when it takes too long. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#life;
    this.#stopping.abort();
    this.#firstReady.reject(new Error(`${this.label} was stopped before it was ready`));
    const child = this.#child;
    if (child !== undefined) {
      child.kill('SIGTERM');
      const kill = setTimeout(() => {
        this.#supervision.log(`${this.label} has not ended within ${this.spec.stopWithinMs / 1000} s and is killed`);
        this.kill();
      }, this.spec.stopWithinMs);
      await this.#life;
      clearTimeout(kill);
    }
    await this.#life;
  }

  /** Ends it and whatever it has started, now; for when there is no time to wait. */
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
      if (!this.#wasReady && deaths >= triesBeforeGivingUp) {
        this.#firstReady.reject(
          new Error(
            `${this.label} does not start: it ${ending}. The end of ${this.spec.logFile}:\n${endOf(this.spec.logFile)}`,
          ),
        );
      }
      const wait = backOffMs(deaths);
      this.#supervision.log(`${this.label} ${ending}, starting it again in ${wait / 1000} s`);
      await delay(wait, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /** Runs the process to its end and tells how it ended. */
  async #runOnce(): Promise<string> {
    const { command, args, env, cwd, logFile, cleanUp } = this.spec;
    mkdirSync(dirname(logFile), { recursive: true });
    setLongLogAside(logFile);
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
      void this.#watchReadiness(over.signal);
    }
    const ending = await ended;
    over.abort();
    this.#child = undefined;
    this.#ready = false;
    await cleanUp?.();
    this.#supervision.onChange();
    return ending;
  }

  async #watchReadiness(over: AbortSignal): Promise<void> {
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
