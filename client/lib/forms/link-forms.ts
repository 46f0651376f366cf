import type { Failure } from '../api/api.ts';
import { failureErrors } from '../api/failure-labels.ts';
import { confirmPasswordReset, requestPasswordReset, verifyEmail } from '../api/marketplace.ts';
import { fieldOf, goTo, refuse, untouched, type FormOperation, type FormState } from './form-state.ts';

export const forgotPasswordForm: FormOperation = async ({ api }, form) => {
  const email = fieldOf(form, 'email').trim();
  const result = await requestPasswordReset(api, email);
  return result.ok ? goTo('/forgot-password?sent=1') : refuse(failureErrors(result.failure), { email });
};

/**
 * The state after a refused link. Without its token, the page says that the link is no longer valid. A 400 that names a field
 * is about what was entered: the link still works.
 */
const refusedLink = (failure: Failure, page: string): FormState =>
  failure.status === 400 && failure.errors.every(({ field }) => field === undefined || field === 'token')
    ? goTo(page)
    : refuse(failureErrors(failure));

export const resetPasswordForm: FormOperation = async ({ api }, form) => {
  const result = await confirmPasswordReset(api, {
    token: fieldOf(form, 'token'),
    password: fieldOf(form, 'password'),
  });
  return result.ok
    ? { ...untouched, goTo: '/reset-password?done=1', sessionChanged: true }
    : refusedLink(result.failure, '/reset-password');
};

export const verifyEmailForm: FormOperation = async ({ api }, form) => {
  const result = await verifyEmail(api, fieldOf(form, 'token'));
  return result.ok ? goTo('/verify-email?done=1') : refusedLink(result.failure, '/verify-email');
};
