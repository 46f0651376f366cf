import { expect, test } from '@jest/globals';
import { countsOf, summaryOf } from './summary.ts';

const report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
};

test('When all tests pass, then they are counted as passed', () => {
  expect(countsOf(report)).toEqual({ passed: 3, failed: 0, skipped: 1 });
});

test('When a suite cannot even run, then it counts as a failure', () => {
  expect(countsOf({ ...report, numRuntimeErrorTestSuites: 1, success: false }).failed).toBe(1);
});

test('When Jest fails without a failed test, then that is a failure', () => {
  expect(countsOf({ ...report, success: false }).failed).toBe(1);
});

test('When steps are summed up, then the last line has the totals', () => {
  const lines = summaryOf([
    { title: 'types', passed: 1, failed: 0, skipped: 0, seconds: 3.2 },
    { title: 'tests', passed: 40, failed: 2, skipped: 1, seconds: 61 },
  ]);
  expect(lines).toEqual([
    'ok   types  1 passed, 0 failed (3 s)',
    'FAIL tests  40 passed, 2 failed, 1 skipped (61 s)',
    '41 passed, 2 failed',
  ]);
});
