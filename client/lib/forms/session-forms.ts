import type { Api, Result } from '../api/api.ts';
import { failureErrors } from '../api/failure-labels.ts';
import { signIn, signUp, type Credentials } from '../api/marketplace.ts';
import type { User } from '../api/schemas.ts';
import { safeNext } from '../safe-next.ts';
import { fieldOf, refuse, untouched, type FormOperation } from './form-state.ts';

const sessionForm =
  (send: (api: Api, credentials: Credentials) => Promise<Result<User>>): FormOperation =>
  async (deps, form) => {
    const email = fieldOf(form, 'email').trim();
    const result = await send(deps.api, { email, password: fieldOf(form, 'password') });
    return result.ok
      ? { ...untouched, goTo: safeNext(fieldOf(form, 'next')), sessionChanged: true }
      : refuse(failureErrors(result.failure), { email });
  };

export const signInForm = sessionForm(signIn);
export const signUpForm = sessionForm(signUp);
