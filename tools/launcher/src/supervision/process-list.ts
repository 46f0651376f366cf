import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeWhole } from '../../data-dir.mjs';
import type { SupervisedProcess } from './supervised-process.ts';

/** `processes.json`: what runs, kept true through restarts; a process that is down at the moment is not in it. */
export class ProcessList {
  readonly #file: string;
  readonly #processes: SupervisedProcess[] = [];
  #closed = false;

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
  }

  add(process: SupervisedProcess): void {
    this.#processes.push(process);
    this.write();
  }

  get all(): readonly SupervisedProcess[] {
    return this.#processes;
  }

  readonly write = (): void => {
    if (this.#closed) return;
    const running = this.#processes.flatMap(({ spec: { name, replica, url }, pid }) =>
      pid === undefined ? [] : [{ name, replica, pid, url }],
    );
    const lines = running.map((entry) => `  ${JSON.stringify(entry)}`);
    // It may name passwords.
    writeWhole(this.#file, `[\n${lines.join(',\n')}\n]\n`, 0o600);
  };

  remove(): void {
    this.#closed = true;
    rmSync(this.#file, { force: true });
  }
}
