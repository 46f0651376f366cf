import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** How many tests passed, failed and were skipped; titles of the skipped ones, and of the failed ones as far as known. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly string[];
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
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

const firstLineOf = (message = ''): string => stripVTControlCharacters(message).split('\n', 1).join('');

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
    failures: jest.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages: [message] }) => `${fullName}: ${firstLineOf(message)}`),
    ),
  };
};

export const sumOf = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  skipped: all.flatMap(({ skipped }) => skipped),
  failures: all.flatMap(({ failures }) => failures),
});

/** A run of one test by its title skips all others: their names would hide the rest. */
const maxTitles = 10;

const titleLines = (word: 'skip' | 'fail', titles: readonly string[]): string[] => {
  const more = titles.length - maxTitles;
  return [
    ...titles.slice(0, maxTitles).map((title) => `${word} ${title}`),
    ...(more > 0 ? [`${word} ${more} more`] : []),
  ];
};

/** One line for each step, one for each skipped test with its reason and each failed one, then the closing line. */
export const summaryOf = (results: readonly StepResult[]): string[] => {
  const width = Math.max(0, ...results.map(({ title }) => title.length));
  const { passed, failed, skipped, failures } = sumOf(results);
  return [
    ...results.map((step) => {
      const skips = step.skipped.length === 0 ? '' : `, ${step.skipped.length} skipped`;
      const counts = `${step.passed} passed, ${step.failed} failed${skips}`;
      return `${step.failed === 0 ? 'ok  ' : 'FAIL'} ${step.title.padEnd(width)}  ${counts} (${step.seconds.toFixed(0)} s)`;
    }),
    ...titleLines('skip', skipped),
    ...titleLines('fail', failures),
    `${passed} passed, ${failed} failed`,
  ];
};
