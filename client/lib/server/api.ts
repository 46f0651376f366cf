import 'server-only';
import { create, type AxiosInstance } from 'axios';
import { cookies, headers } from 'next/headers';
import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { cache } from 'react';
import { createApi, type Api } from '../api/api.ts';
import { getCurrentUser } from '../api/marketplace.ts';
import type { User } from '../api/schemas.ts';
import { runtimeConfig } from './runtime.ts';
import { serviceUrl } from './service-url.ts';
import { readSetCookie, sessionOf } from './session-cookie.ts';

const timeoutMs = 10_000;

let shared: AxiosInstance | undefined;

const toItsService = (http: AxiosInstance): AxiosInstance => {
  http.interceptors.request.use((request) => {
    request.baseURL = serviceUrl(runtimeConfig().apiUrl, request.url ?? '');
    return request;
  });
  return http;
};

/** One pool of connections for all requests. */
const http = (): AxiosInstance =>
  (shared ??= create({
    timeout: timeoutMs,
    maxRedirects: 0,
    proxy: false,
    httpAgent: new Agent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  }));

/** The API as nobody in particular. */
export const anonymousApi = (): Api => createApi(toItsService(create(http().defaults)));

/** Passed on so that limits per address count the person and logs tell one story. */
const passedOn = ['x-forwarded-for', 'x-request-id', 'traceparent'] as const;

/** The API as the person whose request is being answered. Session cookies that it sets go to that person's browser. */
export const serverApi = async (
  options: { readonly relayCookies: boolean } = { relayCookies: false },
): Promise<Api> => {
  const incoming = await headers();
  const session = sessionOf(incoming.get('cookie'));
  const mine = create({
    ...http().defaults,
    headers: {
      ...(session === undefined ? {} : { cookie: session }),
      ...Object.fromEntries(
        passedOn.flatMap((name) => {
          const value = incoming.get(name);
          return value === null ? [] : [[name, value]];
        }),
      ),
    },
  });
  if (options.relayCookies) {
    const jar = await cookies();
    mine.interceptors.response.use((response) => {
      for (const header of response.headers['set-cookie'] ?? []) {
        const cookie = readSetCookie(header);
        if (cookie !== undefined) jar.set(cookie);
      }
      return response;
    });
  }
  return createApi(toItsService(mine));
};

/** Who is signed in; asked once per page, and not at all without a session. */
export const currentUser = cache(async (): Promise<User | undefined> => {
  if (sessionOf((await headers()).get('cookie')) === undefined) return undefined;
  const result = await getCurrentUser(await serverApi());
  return result.ok ? (result.data.currentUser ?? undefined) : undefined;
});
