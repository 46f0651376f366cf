import { z } from 'zod';

/** How many tests passed, failed and were skipped; titles of the skipped ones. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
}

/** The result of one step of `npm test`. */
export interface StepResult extends Counts {
  readonly title: string;
  readonly seconds: number;
}

const JestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
  success: z.boolean(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

/**
 * Counts of a Jest report. A suite that could not run at all counts as a failure, and so does a run that failed for a
 * reason of its own, such as a set-up that threw.
 */
export const countsOf = (report: unknown): Counts => {
  const jest = JestReport.parse(report);
  const failed = jest.numFailedTests + jest.numRuntimeErrorTestSuites;
  return {
    passed: jest.numPassedTests,
    failed: failed === 0 && !jest.success ? 1 : failed,
    skipped: jest.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'pending' || status === 'todo')
        .map(({ fullName }) => fullName),
    ),
  };
};

export const sumOf = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  skipped: all.flatMap(({ skipped }) => skipped),
});

/** A run of one test by its title skips all others: their names would hide the rest. */
const maxTitles = 10;

/** One line for each step, one for each skipped test with its reason, then the closing line. */
export const summaryOf = (results: readonly StepResult[]): string[] => {
  const width = Math.max(0, ...results.map(({ title }) => title.length));
  const { passed, failed, skipped } = sumOf(results);
  const more = skipped.length - maxTitles;
  return [
    ...results.map((step) => {
      const skips = step.skipped.length === 0 ? '' : `, ${step.skipped.length} skipped`;
      const counts = `${step.passed} passed, ${step.failed} failed${skips}`;
      return `${step.failed === 0 ? 'ok  ' : 'FAIL'} ${step.title.padEnd(width)}  ${counts} (${step.seconds.toFixed(0)} s)`;
    }),
    ...skipped.slice(0, maxTitles).map((title) => `skip ${title}`),
    ...(more > 0 ? [`skip ${more} more`] : []),
    `${passed} passed, ${failed} failed`,
  ];
};
