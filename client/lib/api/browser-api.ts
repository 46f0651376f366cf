import { create } from 'axios';
import { createApi, type Api } from './api.ts';

/** Longer than the 22 s that a payment may take by contract. */
const timeoutMs = 30_000;

/** The API as called by the browser: same origin, with the session cookie. */
export const createBrowserApi = (): Api => createApi(create({ timeout: timeoutMs }));
