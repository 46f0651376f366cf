import { expect, test } from '@jest/globals';
import { failureErrors } from './failure-labels.ts';

test('When a service says what is wrong, then its messages and fields are kept', () => {
  const errors = [{ message: 'Email in use', field: 'email' }, { message: 'Price must be a number' }];
  expect(failureErrors({ status: 400, errors })).toEqual(errors);
});

test.each([
  [{ status: 0, errors: [] }, /reach the server/],
  [{ status: 429, errors: [{ message: 'Too many requests' }], retryAfter: 30 }, /wait 30 seconds/],
  [{ status: 429, errors: [], retryAfter: 1 }, /wait 1 second /],
  [{ status: 429, errors: [], retryAfter: 840 }, /wait 14 minutes/],
  [{ status: 429, errors: [] }, /wait a moment/],
  [{ status: 503, errors: [{ message: 'The database is temporarily unavailable' }] }, /not available/],
  [{ status: 500, errors: [{ message: 'Something went wrong' }] }, /on our side/],
  [{ status: 400, errors: [] }, /on our side/],
])('When the failure is %j, then it reads %s', (failure, message) => {
  const [error] = failureErrors(failure);
  expect(error?.message).toMatch(message);
  expect(error?.field).toBeUndefined();
});
