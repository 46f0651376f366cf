import { isAxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import type * as z from 'zod/mini';
import { errorsSchema } from './schemas.ts';

/** One entry of the services' error envelope. */
export interface ApiError {
  readonly message: string;
  readonly field?: string | undefined;
}

/** An answer that is none, or one that refuses. */
export interface Failure {
  /** 0 when no answer came at all. */
  readonly status: number;
  readonly errors: readonly ApiError[];
  /** Seconds to wait before another try, where the answer says so. */
  readonly retryAfter?: number | undefined;
}

export interface Success<Data> {
  readonly ok: true;
  readonly data: Data;
  readonly header: (name: string) => string | undefined;
  /** When the request was sent and the answer had come, by `performance.now()`. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export type Result<Data> = Success<Data> | { readonly ok: false; readonly failure: Failure };

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly body?: unknown;
}

/** The marketplace's HTTP API; never throws, and takes no answer for what its schema does not say. */
export interface Api {
  send<Schema extends z.ZodMiniType>(schema: Schema, request: ApiRequest): Promise<Result<z.infer<Schema>>>;
}

const headerOf = (response: AxiosResponse, name: string): string | undefined => {
  // Axios gives every header by its lower-case name.
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

/** A kept connection that the other side closed at the same moment: the request was not heard. */
const isClosedConnection = (error: unknown): boolean =>
  isAxiosError(error) && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

/** The answer, whatever its status; undefined when there is none. Reading is tried once more on another connection. */
const ask = async (http: AxiosInstance, request: ApiRequest, again: boolean): Promise<AxiosResponse | undefined> => {
  try {
    return await http.request({
      method: request.method,
      url: request.path,
      validateStatus: () => true,
      ...(request.query === undefined ? {} : { params: request.query }),
      ...(request.body === undefined ? {} : { data: request.body }),
    });
  } catch (error) {
    if (!isAxiosError(error)) throw error;
    return again && request.method === 'GET' && isClosedConnection(error) ? ask(http, request, false) : undefined;
  }
};

/** `http` brings the address and, on the server, the caller's cookie. */
export const createApi = (http: AxiosInstance): Api => ({
  send: async (schema, request) => {
    const sentAt = performance.now();
    const response = await ask(http, request, true);
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
