import type { Listr } from 'listr2';

/** The part of a Listr task that reports its progress. */
interface Task {
  output: unknown;
}

const reportEveryMs = 3_000;

/**
 * Reports the progress of a task. On a terminal each text replaces the previous one; elsewhere each is a new line, so at
 * most one is printed every three seconds.
 */
export const progressOf = (task: Task, isTerminal: boolean, now: () => number = () => performance.now()) => {
  let reported = Number.NEGATIVE_INFINITY;
  return (text: string): void => {
    if (!isTerminal && now() - reported < reportEveryMs) return;
    reported = now();
    task.output = text;
  };
};

/** Display options of all task lists. */
export const listrOptions = {
  // The commands handle signals themselves.
  registerSignalListeners: false,
  fallbackRenderer: 'simple',
  rendererOptions: { collapseSubtasks: false, showErrorMessage: false, collapseSkips: false },
} as const satisfies ConstructorParameters<typeof Listr>[1];

/** Collects the errors of tasks, so that they are printed in full after the task list, which has room for one line each. */
export const collectFailures = () => {
  const failures: unknown[] = [];
  return {
    failures,
    /** Runs a task and keeps its error. */
    keeping: async <T>(run: () => Promise<T>): Promise<T> => {
      try {
        return await run();
      } catch (error) {
        failures.push(error);
        throw new Error('see below', { cause: error });
      }
    },
  };
};
