import { expect, test } from '@jest/globals';
import { countsOf, summaryOf } from './summary.ts';

const report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
  testResults: [
    {
      assertionResults: [
        { fullName: 'When it runs, then it passes', status: 'passed', failureMessages: [] },
        { fullName: 'When a program is missing, then it is skipped (no go)', status: 'pending', failureMessages: [] },
      ],
    },
  ],
};

test('When all tests pass, then they are counted as passed, and the skipped ones are named', () => {
  expect(countsOf(report)).toEqual({
    passed: 3,
    failed: 0,
    skipped: ['When a program is missing, then it is skipped (no go)'],
    failures: [],
  });
});

test('When a test fails, then it is named with the first line of its message', () => {
  const failed = {
    fullName: 'When it runs, then it is quick',
    status: 'failed',
    failureMessages: ['Error: \u001B[2mit took long\u001B[22m\n    at somewhere'],
  };
  const counts = countsOf({
    ...report,
    numFailedTests: 1,
    success: false,
    testResults: [{ assertionResults: [failed] }],
  });
  expect(counts).toMatchObject({ failed: 1, failures: ['When it runs, then it is quick: Error: it took long'] });
});

test('When a suite cannot even run, then it counts as a failure', () => {
  expect(countsOf({ ...report, numRuntimeErrorTestSuites: 1, success: false }).failed).toBe(1);
});

test('When Jest fails without a failed test, then that is a failure', () => {
  expect(countsOf({ ...report, success: false }).failed).toBe(1);
});

test('When steps are summed up, then skipped tests are listed and the last line has the totals', () => {
  const lines = summaryOf([
    { title: 'types', passed: 1, failed: 0, skipped: [], failures: [], seconds: 3.2 },
    {
      title: 'tests',
      passed: 40,
      failed: 2,
      skipped: ['When it rains (no umbrella)'],
      failures: ['When it snows: Error: too warm'],
      seconds: 61,
    },
  ]);
  expect(lines).toEqual([
    'ok   types  1 passed, 0 failed (3 s)',
    'FAIL tests  40 passed, 2 failed, 1 skipped (61 s)',
    'skip When it rains (no umbrella)',
    'fail When it snows: Error: too warm',
    '41 passed, 2 failed',
  ]);
});

test('When very many tests are skipped, then only the first ones are named', () => {
  const skipped = Array.from({ length: 12 }, (_, index) => `test ${index}`);
  const lines = summaryOf([{ title: 'one', passed: 1, failed: 0, skipped, failures: [], seconds: 1 }]);
  expect(lines.slice(-3)).toEqual(['skip test 9', 'skip 2 more', '1 passed, 0 failed']);
});
