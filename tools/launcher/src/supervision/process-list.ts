import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeWhole } from '../../data-dir.mjs';
import type { SupervisedProcess } from './supervised-process.ts';

/** Keeps `processes.json` up to date: the processes that run at this moment. */
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
    // URLs may contain passwords.
    writeWhole(this.#file, `[\n${lines.join(',\n')}\n]\n`, 0o600);
  };

  remove(): void {
    this.#closed = true;
    rmSync(this.#file, { force: true });
  }
}
