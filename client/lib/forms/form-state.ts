import type { Api, ApiError, Failure } from '../api/api.ts';
import { failureErrors } from '../api/failure-words.ts';
import { signInPath } from '../safe-next.ts';

/** What became of a form that was sent. */
export interface FormState {
  readonly errors: readonly ApiError[];
  /** What was typed, to be shown again; never a password. */
  readonly values: Readonly<Record<string, string>>;
  /** The form has done its work: the path to go on to. */
  readonly goTo?: string;
  /** The session has changed, and with it every page. */
  readonly sessionChanged?: boolean;
}

export const untouched: FormState = { errors: [], values: {} };

export interface FormDeps {
  readonly api: Api;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * What sending a form does. It runs in the browser, or on the client's server for a form that was sent before its
 * JavaScript had loaded.
 */
export type FormOperation = (deps: FormDeps, form: FormData) => Promise<FormState>;

/** A text field; files and absent fields count as empty. */
export const fieldOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

export const goTo = (path: string): FormState => ({ ...untouched, goTo: path });

export const refuse = (errors: readonly ApiError[], values: FormState['values'] = {}): FormState => ({
  errors,
  values,
});

/** A failure told at the form; who is not signed in is sent to sign in and comes `back`. */
export const failed = (failure: Failure, back: string, values: FormState['values'] = {}): FormState =>
  failure.status === 401 ? goTo(signInPath(back)) : refuse(failureErrors(failure), values);

/** The errors of one field, and those that belong to none of the form's fields. */
export const splitErrors = (
  errors: readonly ApiError[],
  fields: readonly string[],
): { readonly byField: Readonly<Record<string, string>>; readonly general: readonly string[] } => {
  const byField: Record<string, string> = {};
  const general: string[] = [];
  for (const { field, message } of errors) {
    if (field === undefined || !fields.includes(field)) general.push(message);
    else byField[field] = byField[field] === undefined ? message : `${byField[field]}. ${message}`;
  }
  return { byField, general };
};
