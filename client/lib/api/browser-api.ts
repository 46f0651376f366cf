import { create } from 'axios';
import { createApi, type Api } from './api.ts';

/** Above the 22 s that a payment may take by contract. */
const timeoutMs = 30_000;

/** The API as the browser reaches it: same origin, with the session's cookie. */
export const createBrowserApi = (): Api => createApi(create({ timeout: timeoutMs }));
