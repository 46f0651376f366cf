import { readFile } from 'node:fs/promises';

/** Clock ticks per second of /proc/PID/stat; 100 on every Linux that Node runs on (sysconf _SC_CLK_TCK). */
const ticksPerSecond = 100;

export interface MeasuredProcess {
  readonly name: string;
  readonly pid: number;
}

const milliseconds = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command in parentheses may contain spaces, so fields are counted after it. utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
};

/** CPU milliseconds that the processes have used since their start, by name; replicas are added up. */
export const cpuOf = async (processes: readonly MeasuredProcess[]): Promise<Map<string, number>> => {
  const spent = new Map<string, number>();
  for (const { name, pid } of processes) spent.set(name, (spent.get(name) ?? 0) + (await milliseconds(pid)));
  return spent;
};

/** Runs `action` and returns its result with the CPU milliseconds that the processes used meanwhile, by name. */
export const costOf = async <T>(
  processes: readonly MeasuredProcess[],
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly cpu: Map<string, number> }> => {
  const before = await cpuOf(processes);
  const result = await action();
  const after = await cpuOf(processes);
  return { result, cpu: new Map([...after].map(([name, value]) => [name, value - (before.get(name) ?? value)])) };
};

/** What one of `count` has cost, by name. */
export const costOfOne = (cpu: ReadonlyMap<string, number>, count: number): Readonly<Record<string, number>> =>
  Object.fromEntries([...cpu].map(([name, spent]) => [name, spent / count]));

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
