import type { ApiError, Failure } from './api.ts';

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

const wait = (seconds: number): string =>
  seconds >= 90 ? plural(Math.ceil(seconds / 60), 'minute') : plural(Math.max(1, Math.ceil(seconds)), 'second');

/** What a failure is told to a person as: the services' own words where they have any, with their fields. */
export const failureErrors = (failure: Failure): readonly ApiError[] => {
  if (failure.status === 0) {
    return [{ message: 'We could not reach the server. Check your connection and try again.' }];
  }
  if (failure.status === 429) {
    const until = failure.retryAfter === undefined ? 'a moment' : wait(failure.retryAfter);
    return [{ message: `Too many tries. Please wait ${until} and try again.` }];
  }
  if (failure.status === 502 || failure.status === 503 || failure.status === 504) {
    return [{ message: 'This part of the site is not available at the moment. Please try again shortly.' }];
  }
  if (failure.status >= 500 || failure.errors.length === 0) {
    return [{ message: 'Something went wrong on our side. Please try again.' }];
  }
  return failure.errors;
};
