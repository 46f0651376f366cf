import { expect, test } from '@jest/globals';
import express, { type Request, type Response } from 'express';
import supertest from 'supertest';
import { z } from 'zod';
import { toOpenApi } from '../testing/open-api.ts';
import { on, route, serve, signedIn } from './route.ts';

interface Deps {
  readonly greeting: string;
}
const shape = { name: 'greet', response: { description: 'A greeting', body: z.object({ text: z.string() }) } };

const greet = route(shape, (deps: Deps) => (req: Request<{ name: string }>, res) => {
  res.send({ text: `${deps.greeting}, ${req.params.name}` });
});

// @ts-expect-error -- the response has no such field.
route(shape, () => (_req, res) => res.send({ txt: '' }));

// @ts-expect-error -- the path has no such parameter.
on.get('/api/greetings/:id', 'reading', [], greet);

const loud =
  ({ mark }: { readonly mark: string }) =>
  (_req: Request, res: Response, next: () => void) => {
    res.set('X-Mark', mark);
    next();
  };
const routes = [on.get('/api/greetings/:name', 'reading', [loud], greet)];

// @ts-expect-error -- the guard needs `mark`.
serve(routes, { greeting: 'Hello' });

test('When a route is called, then its guards run first, and guards and handler get their dependencies', async () => {
  const app = express();
  serve(routes, { greeting: 'Hello', mark: '!' })(app);
  const response = await supertest(app).get('/api/greetings/Ada');
  expect([response.body, response.headers['x-mark']]).toEqual([{ text: 'Hello, Ada' }, '!']);
});

test('When routes are described, then the errors of their path, body and session are in the description', async () => {
  const service = new URL('../../../auth/', import.meta.url);
  const post = route(
    { ...shape, body: z.object({ at: z.iso.datetime().nullish() }), errors: [404] },
    () => () => undefined,
  );
  const text = await toOpenApi(service, [on.post('/api/greetings', 'writing', [signedIn], post)]);
  for (const status of [200, 400, 401, 403, 404, 413, 415, 429, 503]) expect(text).toContain(`\n        '${status}':`);
  expect(text).toContain('security:\n        - session: []');
  expect(text).toContain("- 'null'\n                  format: date-time");
  expect(text).not.toContain('stripe');
});
