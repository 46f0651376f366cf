import { accountPath } from '../account-notices.ts';
import { changeEmail, changePassword, closeAccount, endOtherSessions, endSession } from '../api/marketplace.ts';
import { failed, fieldOf, goTo, untouched, type FormOperation } from './form-state.ts';

export const changePasswordForm: FormOperation = async ({ api }, form) => {
  const result = await changePassword(api, {
    currentPassword: fieldOf(form, 'currentPassword'),
    newPassword: fieldOf(form, 'newPassword'),
  });
  return result.ok ? goTo(accountPath('password-changed')) : failed(result.failure, '/account/password');
};

export const changeEmailForm: FormOperation = async ({ api }, form) => {
  const email = fieldOf(form, 'email').trim();
  const result = await changeEmail(api, { email, password: fieldOf(form, 'password') });
  return result.ok ? goTo(accountPath('email-requested')) : failed(result.failure, '/account/email', { email });
};

const sessionsPath = '/account/sessions';

export const endSessionForm: FormOperation = async ({ api }, form) => {
  const result = await endSession(api, fieldOf(form, 'sessionId'));
  // 404: it has ended already.
  return result.ok || result.failure.status === 404
    ? goTo(`${sessionsPath}?ended=one`)
    : failed(result.failure, sessionsPath);
};

export const endOtherSessionsForm: FormOperation = async ({ api }) => {
  const result = await endOtherSessions(api);
  return result.ok ? goTo(`${sessionsPath}?ended=others`) : failed(result.failure, sessionsPath);
};

export const closeAccountForm: FormOperation = async ({ api }, form) => {
  const result = await closeAccount(api, fieldOf(form, 'password'));
  return result.ok
    ? { ...untouched, goTo: '/goodbye', sessionChanged: true }
    : failed(result.failure, '/account/close');
};
