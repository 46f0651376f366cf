import 'server-only';
import { redirect } from 'next/navigation';
import type { FormOperation, FormState } from '../forms/form-state.ts';
import { beginAction } from '../response-status.ts';
import { wait } from '../wait.ts';
import { serverApi } from './api.ts';

/** Runs a form's operation on this server, for a browser that has not loaded its JavaScript. */
export const runForm = async (operation: FormOperation, form: FormData): Promise<FormState> => {
  beginAction();
  const state = await operation({ api: await serverApi({ relayCookies: true }), wait }, form);
  if (state.goTo !== undefined) redirect(state.goTo);
  return state;
};
