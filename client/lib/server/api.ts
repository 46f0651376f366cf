import 'server-only';
import { create, type AxiosInstance } from 'axios';
import { cookies, headers } from 'next/headers';
import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { cache } from 'react';
import { createApi, type Api, type Failure } from '../api/api.ts';
import { getCurrentUser } from '../api/marketplace.ts';
import type { User } from '../api/schemas.ts';
import { markPersonal } from '../response-status.ts';
import { describeNoResponse } from './no-response.ts';
import { runtimeConfig } from './runtime.ts';
import { serviceUrl } from './service-url.ts';
import { hasSession, readSetCookie, relayedCookies } from './relayed-cookies.ts';

const timeoutMs = 10_000;

let shared: AxiosInstance | undefined;

/** Requests go to the service of their path; those without a response are logged. A limit is that of one visitor. */
const toServices = (http: AxiosInstance): AxiosInstance => {
  http.interceptors.request.use((request) => {
    request.baseURL = serviceUrl(runtimeConfig().apiUrl, request.url ?? '');
    return request;
  });
  http.interceptors.response.use(
    (response) => {
      if (response.status === 429) markPersonal();
      return response;
    },
    (error: unknown) => {
      process.stderr.write(`${describeNoResponse(error)}\n`);
      throw error;
    },
  );
  return http;
};

/** All requests share one connection pool. */
const http = (): AxiosInstance =>
  (shared ??= create({
    timeout: timeoutMs,
    maxRedirects: 0,
    proxy: false,
    httpAgent: new Agent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  }));

/** Forwarded, so that rate limits count the user's address and the logs of all services share the request's id and trace. */
const forwarded = ['x-forwarded-for', 'x-request-id', 'traceparent'] as const;

/**
 * Longer than any that a service uses. A visitor's longer ones would make a request too large for the services, whose response others
 * may get as well.
 */
const maxForwarded = 512;

/** For requests that are sent again. */
const newConnections = { httpAgent: new Agent(), httpsAgent: new HttpsAgent() };

const forwardedHeaders = (incoming: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    forwarded.flatMap((name) => {
      const value = incoming.get(name);
      // What proxies append comes last.
      return value === null ? [] : [[name, value.slice(-maxForwarded)]];
    }),
  );

/** The API for the visitor whose request is being handled, without a session. */
export const anonymousApi = async (): Promise<Api> =>
  createApi(toServices(create({ ...http().defaults, headers: forwardedHeaders(await headers()) })), newConnections);

/** The API with the session of the request being handled. `relayCookies` sets new session cookies in the browser. */
export const serverApi = async (
  options: { readonly relayCookies: boolean } = { relayCookies: false },
): Promise<Api> => {
  const incoming = await headers();
  const cookie = relayedCookies(incoming.get('cookie'));
  const userHttp = create({
    ...http().defaults,
    headers: { ...(cookie === undefined ? {} : { cookie }), ...forwardedHeaders(incoming) },
  });
  if (options.relayCookies) {
    const jar = await cookies();
    userHttp.interceptors.response.use((response) => {
      for (const header of response.headers['set-cookie'] ?? []) {
        const set = readSetCookie(header);
        if (set !== undefined) jar.set(set);
      }
      return response;
    });
  }
  return createApi(toServices(userHttp), newConnections);
};

/** Whether what the page at this address reports was done by this browser within the last minute. */
export const wasDone = async (): Promise<boolean> => (await cookies()).has('done');

/** Who is signed in: nobody, or unknown while the auth service does not say it. */
export type Session = { readonly user: User | undefined } | { readonly failure: Failure };

/** Requested once per page, and only if the browser has a session. */
export const readSession = cache(async (): Promise<Session> => {
  if (!hasSession((await headers()).get('cookie'))) return { user: undefined };
  const result = await getCurrentUser(await serverApi());
  return result.ok ? { user: result.data.currentUser ?? undefined } : { failure: result.failure };
});

/** The user who is signed in, as far as that is known. */
export const currentUser = async (): Promise<User | undefined> => {
  const session = await readSession();
  return 'user' in session ? session.user : undefined;
};
