import {
  addPasskey,
  getNewPasskeyOptions,
  getPasskeySignInOptions,
  removePasskey,
  signInWithPasskey,
} from '../api/marketplace.ts';
import { failureErrors } from '../api/failure-labels.ts';
import type { PasskeyDialogs } from '../passkeys.ts';
import { safeNext } from '../safe-next.ts';
import { failed, fieldOf, goTo, refuse, untouched, type FormOperation, type FormState } from './form-state.ts';

const passkeysPath = '/account/passkeys';
const longestName = 60;

/** The texts for the errors that WebAuthn's dialogs end with. */
const dialogProblems: Readonly<Record<string, string>> = {
  NotAllowedError: 'No passkey was used: the request was cancelled or took too long. You can try again.',
  InvalidStateError: 'This device already has a passkey for your account.',
};

const dialogFailed = (error: unknown, values?: FormState['values']): FormState => {
  const name = error instanceof Error ? error.name : '';
  return refuse([{ message: dialogProblems[name] ?? 'This browser could not use a passkey here.' }], values);
};

/** Signs in with a passkey of this site that the browser offers. */
export const passkeySignInForm =
  (dialogs: PasskeyDialogs): FormOperation =>
  async ({ api }, form) => {
    const options = await getPasskeySignInOptions(api);
    if (!options.ok) return refuse(failureErrors(options.failure));
    try {
      const result = await signInWithPasskey(api, await dialogs.get(options.data));
      if (result.ok) return { ...goTo(safeNext(fieldOf(form, 'next'))), sessionChanged: true };
      // The service names no reason: the usual one is a passkey that its owner has removed from the account.
      return result.failure.status === 400
        ? refuse([{ message: 'This passkey does not open an account here. Sign in with your password.' }])
        : refuse(failureErrors(result.failure));
    } catch (error) {
      return dialogFailed(error);
    }
  };

const nameProblem = (name: string): string | undefined => {
  if (name === '') return 'Name must be provided';
  return Array.from(name).length > longestName ? `Name must have at most ${longestName} characters` : undefined;
};

/** Creates a passkey and adds it to the account. */
export const addPasskeyForm =
  (dialogs: PasskeyDialogs): FormOperation =>
  async ({ api }, form) => {
    const name = fieldOf(form, 'name').trim();
    // Checked first: the device would keep a passkey that the account refuses.
    const message = nameProblem(name);
    if (message !== undefined) return refuse([{ field: 'name', message }], { name });
    const options = await getNewPasskeyOptions(api);
    if (!options.ok) return failed(options.failure, passkeysPath, { name });
    try {
      const result = await addPasskey(api, { name, response: await dialogs.create(options.data) });
      return result.ok ? { ...untouched, pageChanged: true } : failed(result.failure, passkeysPath, { name });
    } catch (error) {
      return dialogFailed(error, { name });
    }
  };

export const removePasskeyForm: FormOperation = async ({ api }, form) => {
  const result = await removePasskey(api, fieldOf(form, 'passkeyId'));
  // 404: it was removed in another tab.
  return result.ok || result.failure.status === 404 ? goTo(passkeysPath) : failed(result.failure, passkeysPath);
};
