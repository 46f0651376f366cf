import 'server-only';
import { redirect } from 'next/navigation';
import type { FormOperation, FormState } from '../forms/form-state.ts';
import { beginAction } from '../response-status.ts';
import { wait } from '../wait.ts';
import { serverApi } from './api.ts';

/** The list of cities is large: it is loaded with the first form that needs it. */
const timeZonesOf = async (city: string): Promise<readonly string[]> =>
  (await import('./city-time-zones.ts')).timeZonesOfCity(city);

/** Runs a form's operation on this server, for a browser that has not loaded its JavaScript. */
export const runForm = async (operation: FormOperation, form: FormData): Promise<FormState> => {
  beginAction();
  const state = await operation({ api: await serverApi({ relayCookies: true }), wait, timeZonesOf }, form);
  if (state.goTo !== undefined) redirect(state.goTo);
  return state;
};
