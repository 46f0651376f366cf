import { create } from 'axios';
import { Agent } from 'node:http';

interface Question {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
  readonly header: (name: string) => string | undefined;
  readonly setCookies: readonly string[];
}

/** Asks one site; an answer of any status is an answer, a connection that breaks is a throw. */
export type Ask = (question: Question) => Promise<Answer>;

const parsed = (text: unknown): unknown => {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : undefined;

/** Longer than the longest answer that the contract allows: Stripe is waited for up to 20 s. */
const patienceMs = 30_000;

/** `headers` go with every question, beside its own. */
export const httpClient = (origin: string, headers: Readonly<Record<string, string>> = {}): Ask => {
  const client = create({
    baseURL: origin,
    httpAgent: new Agent({ keepAlive: true, maxSockets: 256 }),
    timeout: patienceMs,
    maxRedirects: 0,
    proxy: false,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    validateStatus: () => true,
  });
  return async ({ method, path, body, headers: own }) => {
    const response = await client.request<unknown>({
      method,
      url: path,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...own },
      ...(body === undefined ? {} : { data: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: parsed(response.data),
      header: (name) => textOf(response.headers[name.toLowerCase()]),
      setCookies: response.headers['set-cookie'] ?? [],
    };
  };
};
