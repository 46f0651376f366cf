import type { Result } from '../api/api.ts';
import { fieldOf, type FormOperation, type FormState } from './form-state.ts';

const field = 'idempotencyKey';

/** The hidden field with the key of a form, which the server makes each time it renders the form. */
export const keyField = (state: FormState, formKey: string) => ({
  type: 'hidden',
  name: field,
  value: state.values[field] ?? formKey,
});

export const formKeyOf = (form: FormData): string => fieldOf(form, field);

/**
 * Sends the request of a form with the form's key, so that a double click or a reload of the response is done once. A key
 * that another body has used belongs to a form that was sent, gone back to and changed: then this is another request.
 */
export const sendKeyed = async <Data>(
  form: FormData,
  send: (key: string) => Promise<Result<Data>>,
): Promise<Result<Data>> => {
  const key = formKeyOf(form);
  const result = await send(key);
  return !result.ok && result.failure.status === 422 ? send(`${key}:${Date.now()}`) : result;
};

/** Keeps the key in the form until it has succeeded: after a failure nobody knows whether the request was done. */
export const keyedForm =
  (operation: FormOperation): FormOperation =>
  async (deps, form) => {
    const state = await operation(deps, form);
    return state.goTo === undefined ? { ...state, values: { ...state.values, [field]: formKeyOf(form) } } : state;
  };
