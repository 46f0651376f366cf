import type { Api, ApiError, Failure } from '../api/api.ts';
import { failureErrors } from '../api/failure-labels.ts';
import { signInPath } from '../safe-next.ts';

/** The result of a submitted form. */
export interface FormState {
  readonly errors: readonly ApiError[];
  /** Values to show again; never a password. */
  readonly values: Readonly<Record<string, string>>;
  /** What has to be answered before the form is done, with the answers so far. */
  readonly questions?: readonly FormQuestion[];
  /** Set on success: the path, or the address on another site, to go to. */
  readonly goTo?: string;
  /** The user has signed in or out, so every page must be loaded again. */
  readonly sessionChanged?: boolean;
  /** What the page shows has changed, so it must be loaded again. */
  readonly pageChanged?: boolean;
}

/** A question about what a form says; its answer is sent in the field `name`. */
export interface FormQuestion {
  readonly name: string;
  readonly text: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** The value that was chosen. */
  readonly answer?: string;
}

export const untouched: FormState = { errors: [], values: {} };

export interface FormDeps {
  readonly api: Api;
  readonly wait: (ms: number) => Promise<void>;
  /** The time zones of the cities with this name, that of the largest first. */
  readonly timeZonesOf: (city: string) => Promise<readonly string[]>;
}

/**
 * What submitting a form does. Runs in the browser, or on the client's server for a form that was submitted before its
 * JavaScript had loaded.
 */
export type FormOperation = (deps: FormDeps, form: FormData) => Promise<FormState>;

/** The value of a text field; empty for files and absent fields. */
export const fieldOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/**
 * The answer in the form, if it is one of those that the question has now; the form may have changed since it was asked. The
 * question is added to `questions`.
 */
export const answerTo = (form: FormData, questions: FormQuestion[], question: FormQuestion): string | undefined => {
  const answer = question.choices.find(({ value }) => value === fieldOf(form, question.name))?.value;
  questions.push(answer === undefined ? question : { ...question, answer });
  return answer;
};

export const goTo = (path: string): FormState => ({ ...untouched, goTo: path });

export const refuse = (errors: readonly ApiError[], values: FormState['values'] = {}): FormState => ({
  errors,
  values,
});

/** The state after a refusal because the page shows what has changed meanwhile. */
export const outdated = (message: string, values: FormState['values']): FormState => ({
  ...refuse([{ message }], values),
  pageChanged: true,
});

/** The state after a failure; without a session, the user goes to sign in and then to `back`. */
export const failed = (failure: Failure, back: string, values: FormState['values'] = {}): FormState =>
  failure.status === 401 ? goTo(signInPath(back)) : refuse(failureErrors(failure), values);

/** Errors by field, and those that belong to no field of the form. */
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
