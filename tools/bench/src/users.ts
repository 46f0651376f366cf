import { required } from '@ticketing/launcher/required';
import { sessionOf, type HttpClient, type HttpResponse } from '@ticketing/test/http-client';

/** The text field `name` of a response's body. */
export const textOf = (response: HttpResponse, name: string): string => {
  const { body } = response;
  const value: unknown =
    typeof body === 'object' && body !== null ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined;
  if (typeof value !== 'string') throw new Error(`no ${name} in ${response.status} ${JSON.stringify(body)}`);
  return value;
};

/** Of every user. */
export const password = 'benchmark';

/** Signs a new user up and returns the session cookie. */
export const signUp = async (client: HttpClient, email: string): Promise<string> => {
  const response = await client.send({
    method: 'POST',
    path: '/api/users/signup',
    body: { email, password },
  });
  const session = sessionOf(response);
  if (response.status !== 201 || session === undefined) throw new Error(`sign-up of ${email}: ${response.status}`);
  return session;
};

/** Signs new users up and returns their session cookies. */
export const signUpMany = async (client: HttpClient, prefix: string, count: number): Promise<string[]> => {
  const sessions: string[] = [];
  for (let start = 0; start < count; start += 10) {
    const group = Array.from(
      { length: Math.min(10, count - start) },
      (_, offset) => `${prefix}${start + offset}@bench.example`,
    );
    sessions.push(...(await Promise.all(group.map((email) => signUp(client, email)))));
  }
  return sessions;
};

/** The item at `index` of an endless repetition of `items`. */
export const cyclic = <T>(items: readonly T[], index: number): T => required(items[index % items.length], 'item');
