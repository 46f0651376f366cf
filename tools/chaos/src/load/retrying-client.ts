import { openHttpClient, type HttpRequest, type HttpResponse } from '@ticketing/test/http-client';
import { setTimeout as delay } from 'node:timers/promises';

/** An HTTP client that retries as users do, when a failure is not their fault. */
export interface RetryingClient {
  /** One attempt; undefined without a response. */
  once(request: HttpRequest): Promise<HttpResponse | undefined>;
  /** Retries without a response and after 5xx and 429; undefined once the time is over. */
  send(request: HttpRequest): Promise<HttpResponse | undefined>;
  close(): Promise<void>;
}

/** Whether a user would retry: no response, 5xx or 429. */
export const isTransient = (response: Pick<HttpResponse, 'status'> | undefined): boolean =>
  response === undefined || response.status >= 500 || response.status === 429;

const attemptTimeoutMs = 25_000;
const timeoutMs = 40_000;

export const openRetryingClient = (origin: string, onFailure: () => void): RetryingClient => {
  const client = openHttpClient(origin, { connections: 128, timeoutMs: attemptTimeoutMs });

  const once = async (request: HttpRequest): Promise<HttpResponse | undefined> => {
    const response = await client.send(request).catch(() => undefined);
    if (isTransient(response)) onFailure();
    return response;
  };

  const send = async (request: HttpRequest): Promise<HttpResponse | undefined> => {
    const deadline = performance.now() + timeoutMs;
    for (let pause = 100; ; pause = Math.min(pause * 2, 1_000)) {
      const response = await once(request);
      if (!isTransient(response)) return response;
      if (performance.now() + pause > deadline) return undefined;
      await delay(pause);
    }
  };

  return { once, send, close: () => client.close() };
};
