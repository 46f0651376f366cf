import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

export interface Answer {
  readonly status: number;
  /** Parsed JSON, or undefined. */
  readonly body: unknown;
  readonly cookie: string | undefined;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly cookie?: string;
  readonly body?: object;
}

/** An HTTP client as patient as people are: what failed for no fault of its own it tries again. */
export interface Http {
  /** One try; undefined when there was no answer. */
  once(request: Request): Promise<Answer | undefined>;
  /** Tries again after no answer, 5xx and 429; undefined when its patience is at an end. */
  send(request: Request): Promise<Answer | undefined>;
  close(): Promise<void>;
}

/** What only means that it should be tried again. */
const isPassing = (answer: Answer | undefined): boolean =>
  answer === undefined || answer.status >= 500 || answer.status === 429;

const patienceMs = 40_000;

export const openHttp = (origin: string, onFailure: (status: number | undefined) => void): Http => {
  const pool = new Pool(origin, { connections: 128, pipelining: 1, headersTimeout: 25_000, bodyTimeout: 25_000 });

  const once = async (request: Request): Promise<Answer | undefined> => {
    try {
      const response = await pool.request({
        method: request.method,
        path: request.path,
        headers: {
          ...(request.cookie === undefined ? {} : { cookie: request.cookie }),
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const text = await response.body.text();
      const isJson = String(response.headers['content-type'] ?? '').includes('json');
      const cookies = [response.headers['set-cookie'] ?? []].flat();
      const answer = {
        status: response.statusCode,
        body: isJson && text !== '' ? JSON.parse(text) : undefined,
        cookie: cookies.find((cookie) => cookie.startsWith('session='))?.split(';')[0],
      };
      if (isPassing(answer)) onFailure(answer.status);
      return answer;
    } catch {
      onFailure(undefined);
      return undefined;
    }
  };

  const send = async (request: Request): Promise<Answer | undefined> => {
    const until = performance.now() + patienceMs;
    for (let pause = 100; ; pause = Math.min(pause * 2, 1_000)) {
      const answer = await once(request);
      if (!isPassing(answer)) return answer;
      if (performance.now() + pause > until) return undefined;
      await delay(pause);
    }
  };

  return { once, send, close: () => pool.destroy() };
};

/** A field of an answer's JSON object. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

export const text = (value: unknown, name: string): string | undefined => {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
};

export const number = (value: unknown, name: string): number | undefined => {
  const found = field(value, name);
  return typeof found === 'number' ? found : undefined;
};
