'use server';
import { sendVerification, signOut } from '../lib/api/marketplace.ts';
import { accountPath } from '../lib/account-notices.ts';
import {
  changeEmailForm,
  changePasswordForm,
  closeAccountForm,
  endOtherSessionsForm,
  endSessionForm,
} from '../lib/forms/account-forms.ts';
import { cancelForm } from '../lib/forms/cancel-form.ts';
import type { FormState } from '../lib/forms/form-state.ts';
import { holdForm } from '../lib/forms/hold-form.ts';
import { problemForm } from '../lib/forms/problem-form.ts';
import { removePasskeyForm } from '../lib/forms/passkey-forms.ts';
import { forgotPasswordForm, resetPasswordForm, verifyEmailForm } from '../lib/forms/link-forms.ts';
import { editForm, sellForm } from '../lib/forms/listing-form.ts';
import { payoutForm } from '../lib/forms/payout-form.ts';
import { signInForm, signUpForm } from '../lib/forms/session-forms.ts';
import { uploadForm } from '../lib/forms/upload-form.ts';
import { withdrawForm } from '../lib/forms/withdraw-form.ts';
import { beginAction, setHeader } from '../lib/response-status.ts';
import { signInPath } from '../lib/safe-next.ts';
import { clearStorage, isTrustworthy } from '../lib/saved-tickets.ts';
import { serverApi } from '../lib/server/api.ts';
import { runForm } from '../lib/server/run-form.ts';
import { runtimeConfig } from '../lib/server/runtime.ts';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';

// Forms are posted here when they are submitted before their JavaScript has loaded.
export const postSignIn = async (_: FormState, form: FormData) => runForm(signInForm, form);
export const postSignUp = async (_: FormState, form: FormData) => runForm(signUpForm, form);
export const postSell = async (_: FormState, form: FormData) => runForm(sellForm, form);
export const postEdit = async (_: FormState, form: FormData) => runForm(editForm, form);
export const postHold = async (_: FormState, form: FormData) => runForm(holdForm, form);
export const postRemovePasskey = async (_: FormState, form: FormData) => runForm(removePasskeyForm, form);
export const postCancel = async (_: FormState, form: FormData) => runForm(cancelForm, form);
export const postProblem = async (_: FormState, form: FormData) => runForm(problemForm, form);
export const postUpload = async (_: FormState, form: FormData) => runForm(uploadForm, form);
export const postWithdraw = async (_: FormState, form: FormData) => runForm(withdrawForm, form);
export const postForgotPassword = async (_: FormState, form: FormData) => runForm(forgotPasswordForm, form);
export const postResetPassword = async (_: FormState, form: FormData) => runForm(resetPasswordForm, form);
export const postVerifyEmail = async (_: FormState, form: FormData) => runForm(verifyEmailForm, form);
export const postChangePassword = async (_: FormState, form: FormData) => runForm(changePasswordForm, form);
export const postChangeEmail = async (_: FormState, form: FormData) => runForm(changeEmailForm, form);
export const postEndSession = async (_: FormState, form: FormData) => runForm(endSessionForm, form);
export const postEndOtherSessions = async (_: FormState, form: FormData) => runForm(endOtherSessionsForm, form);
export const postCloseAccount = async (_: FormState, form: FormData) => runForm(closeAccountForm, form);
export const postPayout = async (_: FormState, form: FormData) => runForm(payoutForm, form);

/** Has no form of its own in the browser: every page of an unverified user shows it, so it loads no JavaScript for it. */
export const postSendVerification = async () => {
  beginAction();
  const result = await sendVerification(await serverApi());
  if (result.ok) redirect(accountPath('verification-sent'));
  switch (result.failure.status) {
    case 400:
      // Verified meanwhile, which the page shows.
      return redirect('/account');
    case 401:
      return redirect(signInPath('/account'));
    default:
      return redirect(accountPath('verification-not-sent'));
  }
};

export const postSignOut = async () => {
  beginAction();
  await signOut(await serverApi());
  // Even if the auth service is unreachable: signing out must end the session in this browser.
  (await cookies()).delete('session');
  if (isTrustworthy(runtimeConfig().publicUrl)) setHeader(...clearStorage);
  redirect('/');
};
