'use server';
import { signOut } from '../lib/api/marketplace.ts';
import { cancelForm } from '../lib/forms/cancel-form.ts';
import type { FormState } from '../lib/forms/form-state.ts';
import { holdForm } from '../lib/forms/hold-form.ts';
import { removePasskeyForm } from '../lib/forms/passkey-forms.ts';
import { editForm, sellForm } from '../lib/forms/listing-form.ts';
import { signInForm, signUpForm } from '../lib/forms/session-forms.ts';
import { withdrawForm } from '../lib/forms/withdraw-form.ts';
import { beginAction } from '../lib/response-status.ts';
import { serverApi } from '../lib/server/api.ts';
import { runForm } from '../lib/server/run-form.ts';
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
export const postWithdraw = async (_: FormState, form: FormData) => runForm(withdrawForm, form);

export const postSignOut = async () => {
  beginAction();
  await signOut(await serverApi());
  // Even if the auth service is unreachable: signing out must end the session in this browser.
  (await cookies()).delete('session');
  redirect('/');
};
