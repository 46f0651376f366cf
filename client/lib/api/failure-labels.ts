import { plural } from '../plural.ts';
import type { ApiError, Failure } from './api.ts';

const duration = (seconds: number): string =>
  seconds >= 90 ? plural(Math.ceil(seconds / 60), 'minute') : plural(Math.max(1, Math.ceil(seconds)), 'second');

/** The errors to show for a failure: the service's own messages and fields if the user can act on them. */
export const failureErrors = (failure: Failure): readonly ApiError[] => {
  if (failure.status === 0) {
    return [{ message: 'We could not reach the server. Check your connection and try again.' }];
  }
  if (failure.status === 429) {
    const delay = failure.retryAfter === undefined ? 'a moment' : duration(failure.retryAfter);
    return [{ message: `Too many attempts. Please wait ${delay} and try again.` }];
  }
  if (failure.status === 502 || failure.status === 503 || failure.status === 504) {
    return [{ message: 'This part of the site is not available at the moment. Please try again shortly.' }];
  }
  if (failure.status >= 500 || failure.errors.length === 0) {
    return [{ message: 'Something went wrong on our side. Please try again.' }];
  }
  return failure.errors;
};
