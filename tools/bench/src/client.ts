import { Pool } from 'undici';

export interface Answer {
  readonly status: number;
  /** Parsed JSON, or undefined. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly milliseconds: number;
}

/** A keep-alive HTTP client of one origin, as many users' browsers would be. */
export interface Client {
  send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    options?: { readonly cookie?: string; readonly body?: object },
  ): Promise<Answer>;
  close(): Promise<void>;
}

export const openClient = (origin: string, connections: number): Client => {
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  return {
    send: async (method, path, options = {}) => {
      const start = performance.now();
      const response = await pool.request({
        method,
        path,
        headers: {
          ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
      const text = await response.body.text();
      const milliseconds = performance.now() - start;
      const isJson = String(response.headers['content-type'] ?? '').includes('json');
      return {
        status: response.statusCode,
        body: isJson && text !== '' ? JSON.parse(text) : undefined,
        headers: response.headers,
        milliseconds,
      };
    },
    close: () => pool.close(),
  };
};

/** The text field `name` of an answer's body. */
export const textOf = (answer: Answer, name: string): string => {
  const { body } = answer;
  const value: unknown =
    typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined;
  if (typeof value !== 'string') throw new Error(`no ${name} in ${answer.status} ${JSON.stringify(body)}`);
  return value;
};

/** Signs a new user up and answers the session cookie. */
export const signUp = async (client: Client, email: string): Promise<string> => {
  const answer = await client.send('POST', '/api/users/signup', { body: { email, password: 'benchmark' } });
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  const session = cookies.find((cookie) => cookie.startsWith('session='))?.split(';')[0];
  if (answer.status !== 201 || session === undefined) throw new Error(`sign-up of ${email}: ${answer.status}`);
  return session;
};
