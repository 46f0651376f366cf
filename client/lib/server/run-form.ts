import 'server-only';
import { redirect } from 'next/navigation';
import { setTimeout as wait } from 'node:timers/promises';
import type { FormOperation, FormState } from '../forms/form-state.ts';
import { serverApi } from './api.ts';

/** Does a form's work here, for a browser that has not loaded its JavaScript. */
export const runForm = async (operation: FormOperation, form: FormData): Promise<FormState> => {
  const state = await operation({ api: await serverApi({ relayCookies: true }), wait: (ms) => wait(ms) }, form);
  if (state.goTo !== undefined) redirect(state.goTo);
  return state;
};
