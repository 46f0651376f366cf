import type { Listr } from 'listr2';

/** What a running task can say about itself. */
interface Task {
  output: unknown;
}

const quietMs = 3_000;

/**
 * Tells what a task is doing. On a terminal each word replaces the one before; elsewhere every word is a line that
 * stays, so there are few.
 */
export const progressOf = (task: Task, isTerminal: boolean, now: () => number = () => performance.now()) => {
  let told = Number.NEGATIVE_INFINITY;
  return (text: string): void => {
    if (!isTerminal && now() - told < quietMs) return;
    told = now();
    task.output = text;
  };
};

/** How tasks are shown, for all commands alike. */
export const listrOptions = {
  // The commands end things in order by themselves.
  registerSignalListeners: false,
  fallbackRenderer: 'simple',
  rendererOptions: { collapseSubtasks: false, showErrorMessage: false, collapseSkips: false },
} as const satisfies ConstructorParameters<typeof Listr>[1];

/** Failures of tasks, told once and in full after the list of tasks, where each has one word only. */
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
