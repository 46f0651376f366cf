'use client';
import { passkeySignInForm } from '../lib/forms/passkey-forms.ts';
import { passkeyDialogs } from '../lib/passkeys.ts';
import { ErrorList } from './notice.tsx';
import { PasskeyButton } from './passkey-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/** Without JavaScript there are no passkeys, so the button is disabled and nothing is posted. */
const nothingPosted: PostForm = (state) => Promise.resolve(state);

const signIn = passkeySignInForm(passkeyDialogs);

/**
 * Signs in without an email and a password; `next` is the path to go to afterwards. The name of the button does not contain
 * that of the form above it, "Sign in", by which tests and voice control find the latter.
 */
export const PasskeySignIn = ({ next }: { readonly next: string }) => {
  const { state, pending, form } = useForm(signIn, nothingPosted);
  return (
    <form {...form} className="mt-5 grid gap-3 border-t border-line pt-5">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <input type="hidden" name="next" value={next} />
      <PasskeyButton pending={pending} pendingText="Waiting for your passkey…">
        Use a passkey
      </PasskeyButton>
    </form>
  );
};
