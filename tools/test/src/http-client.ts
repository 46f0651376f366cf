import { Pool } from 'undici';

export interface HttpRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

export interface HttpResponse {
  readonly status: number;
  /** Parsed JSON, the text if it is not JSON, or undefined if there is none. */
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
  readonly setCookies: readonly string[];
  /** From sending the request to the last byte of the response. */
  readonly milliseconds: number;
}

/** Resolves with a response of any status; rejects when the connection fails or the response is late. */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** A keep-alive HTTP client of one origin. It follows no redirect and stores no cookie. */
export interface HttpClient {
  readonly send: Send;
  close(): Promise<void>;
}

export const parseJson = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Longer than the slowest response that the contract allows: payments waits up to 20 s for Stripe. */
const defaultTimeoutMs = 30_000;

/** `headers` are sent with every request. */
export const openHttpClient = (
  origin: string,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly connections?: number;
    readonly timeoutMs?: number;
  } = {},
): HttpClient => {
  const { headers = {}, connections = 256, timeoutMs = defaultTimeoutMs } = options;
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  return {
    send: async ({ method, path, cookie, headers: own, body }) => {
      const start = performance.now();
      const response = await pool.request({
        method,
        path,
        headers: {
          ...headers,
          ...(cookie === undefined ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...own,
        },
        ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
      });
      const text = await response.body.text();
      const milliseconds = performance.now() - start;
      return {
        status: response.statusCode,
        body: parseJson(text),
        header: (name) => {
          const value = response.headers[name.toLowerCase()];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        setCookies: [response.headers['set-cookie'] ?? []].flat(),
        milliseconds,
      };
    },
    close: () => pool.destroy(),
  };
};

/** The session cookie that a response sets, as the next request sends it. */
export const sessionOf = ({ setCookies }: HttpResponse): string | undefined =>
  setCookies.find((cookie) => cookie.startsWith('session='))?.split(';')[0];
