import { isAxiosError, type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import type * as z from 'zod/mini';
import { errorsSchema } from './schemas.ts';

/** One entry of the services' error envelope. */
export interface ApiError {
  readonly message: string;
  readonly field?: string | undefined;
}

/** A request without a response, or a response with an error. */
export interface Failure {
  /** 0 if there was no response. */
  readonly status: number;
  readonly errors: readonly ApiError[];
  /** Seconds to wait before a retry, from `Retry-After`. */
  readonly retryAfter?: number | undefined;
}

export interface Success<Data> {
  readonly ok: true;
  readonly data: Data;
  readonly header: (name: string) => string | undefined;
  /** When the request was sent and the response had arrived, by `performance.now()`. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export type Result<Data> = Success<Data> | { readonly ok: false; readonly failure: Failure };

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: URLSearchParams;
  /** Sent as JSON, a file as it is. */
  readonly body?: unknown;
  /** JSON if absent. */
  readonly contentType?: string;
  /** Instead of the time that other requests have. */
  readonly timeoutMs?: number;
  /** Requests with the same key and body are done once. */
  readonly idempotencyKey?: string;
  /** JSON if absent. */
  readonly accept?: 'text/csv';
}

/** The marketplace's HTTP API. Never throws; a response that does not match its schema is a failure with status 502. */
export interface Api {
  send<Schema extends z.ZodMiniType>(schema: Schema, request: ApiRequest): Promise<Result<z.infer<Schema>>>;
}

const headerOf = (response: AxiosResponse, name: string): string | undefined => {
  // Axios lower-cases header names.
  const value: unknown = response.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const failureOf = (response: AxiosResponse): Failure => {
  const envelope = errorsSchema.safeParse(response.data);
  const seconds = Number(headerOf(response, 'retry-after') ?? Number.NaN);
  return {
    status: response.status,
    errors: envelope.success ? envelope.data.errors : [],
    retryAfter: Number.isFinite(seconds) ? seconds : undefined,
  };
};

/** A keep-alive connection that the server closed as the request was sent: the server has not read it. */
const isClosedConnection = (error: unknown): boolean =>
  isAxiosError(error) && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

/** Returns the response, whatever its status; undefined if there is none. A GET whose connection was closed is retried once, with `retry`. */
const sendRequest = async (
  http: AxiosInstance,
  request: ApiRequest,
  retry: AxiosRequestConfig | undefined,
  config: AxiosRequestConfig = {},
): Promise<AxiosResponse | undefined> => {
  try {
    return await http.request({
      method: request.method,
      url: request.path,
      validateStatus: () => true,
      ...config,
      ...(request.query === undefined ? {} : { params: request.query }),
      ...(request.body === undefined ? {} : { data: request.body }),
      ...(request.timeoutMs === undefined ? {} : { timeout: request.timeoutMs }),
      headers: {
        ...((request.idempotencyKey ?? '') === '' ? {} : { 'Idempotency-Key': request.idempotencyKey }),
        ...(request.accept === undefined ? {} : { Accept: request.accept }),
        ...(request.contentType === undefined ? {} : { 'Content-Type': request.contentType }),
      },
    });
  } catch (error) {
    if (!isAxiosError(error)) throw error;
    return retry !== undefined && request.method === 'GET' && isClosedConnection(error)
      ? sendRequest(http, request, undefined, retry)
      : undefined;
  }
};

/**
 * `http` sets the base URL and, on the server, the user's cookie. A GET whose connection was closed is retried once with `retry`: an
 * agent that opens a new connection, since a server that shuts down closes every connection of a pool.
 */
export const createApi = (http: AxiosInstance, retry: AxiosRequestConfig = {}): Api => ({
  send: async (schema, request) => {
    const sentAt = performance.now();
    const response = await sendRequest(http, request, retry);
    if (response === undefined) return { ok: false, failure: { status: 0, errors: [] } };
    if (response.status >= 400) return { ok: false, failure: failureOf(response) };
    const parsed = schema.safeParse(response.data);
    if (!parsed.success) return { ok: false, failure: { status: 502, errors: [] } };
    return {
      ok: true,
      data: parsed.data,
      header: (name) => headerOf(response, name),
      sentAt,
      receivedAt: performance.now(),
    };
  },
});
