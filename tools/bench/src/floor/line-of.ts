import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first line of a child's output that `find` answers something for. */
export const lineOf = async <T>(child: ChildProcess, find: (line: string) => T | undefined): Promise<T> => {
  if (child.stdout === null) throw new Error('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = find(line);
    if (found === undefined) continue;
    // What it says later must not fill the pipe.
    child.stdout.resume();
    return found;
  }
  throw new Error(`${child.spawnfile} ended before it was ready`);
};
