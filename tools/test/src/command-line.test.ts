import { expect, test } from '@jest/globals';
import { readCommandLine, wholeNumbersOf } from './command-line.ts';

const fail = (problem: string): never => {
  throw new Error(problem);
};

test('When an option does not exist, then that is said', () => {
  expect(() => readCommandLine({ args: ['--ordres', '5'], options: { orders: { type: 'string' } } }, fail)).toThrow(
    "Unknown option '--ordres'",
  );
});

test.each(['1', '20', '007'])('When a whole number may be from 1 to 20, then %j is one', (orders) => {
  expect(wholeNumbersOf({ orders }, fail)('orders', 1, 20)).toBe(Number(orders));
});

test.each(['0', '21', '-1', '1.5', '1e1', '', ' 2', 'ten', undefined])(
  'When a whole number may be from 1 to 20, then %j is refused',
  (orders) => {
    expect(() => wholeNumbersOf({ orders }, fail)('orders', 1, 20)).toThrow(
      '--orders must be a whole number from 1 to 20',
    );
  },
);
