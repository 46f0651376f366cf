import { z } from 'zod';

/** What one step of `npm test` came to. */
export interface StepResult {
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

const JestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
  success: z.boolean(),
});

/**
 * Counts of a Jest report. A suite that could not run at all counts as a failure, and so does a run that failed for a
 * reason of its own, such as a set-up that threw.
 */
export const countsOf = (report: unknown): { passed: number; failed: number; skipped: number } => {
  const jest = JestReport.parse(report);
  const failed = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  return {
    passed: jest.numPassedTests,
    failed: failed === 0 && !jest.success ? 1 : failed,
    skipped: jest.numPendingTests + jest.numTodoTests,
  };
};

/** One line for each step, then the closing line. */
export const summaryOf = (results: readonly StepResult[]): string[] => {
  const width = Math.max(0, ...results.map(({ title }) => title.length));
  const sum = (pick: (result: StepResult) => number) => results.reduce((total, result) => total + pick(result), 0);
  return [
    ...results.map(({ title, passed, failed, skipped, seconds }) => {
      const counts = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
      return `${failed === 0 ? 'ok  ' : 'FAIL'} ${title.padEnd(width)}  ${counts} (${seconds.toFixed(0)} s)`;
    }),
    `${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed`,
  ];
};
