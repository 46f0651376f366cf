import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

const shownLines = 40;

/**
 * Reads a child's standard output until `find` returns a value for one of its lines.
 * @throws Error with the last lines when the output ends before that.
 */
export const waitForLine = async <T>(child: ChildProcess, find: (line: string) => T | undefined): Promise<T> => {
  const { stdout } = child;
  if (stdout === null) throw new Error(`${child.spawnfile} has no output to read`);
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    const found = find(line);
    if (found !== undefined) {
      // Later output must not fill the pipe.
      stdout.resume();
      return found;
    }
    lines.push(line);
  }
  throw new Error(`${child.spawnargs.join(' ')} ended before it was ready:\n${lines.slice(-shownLines).join('\n')}`);
};
