import { afterAll, beforeAll, expect, test } from '@jest/globals';
import express from 'express';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { CustomError } from '../errors/index.ts';
import { uploadBody } from './upload-body.ts';

const maxBytes = 5 * 1024 * 1024;

const onError: express.ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error instanceof CustomError ? error.statusCode : 500).end();
};

let server: Server;
const held: express.Response[] = [];

beforeAll(async () => {
  const app = express();
  app.use((req, _res, next) => {
    const id = req.get('x-user');
    if (id !== undefined) req.currentUser = { id, email: 'user@example.com', sid: id, startedAt: 0 };
    next();
  });
  app.put('/', uploadBody({ types: ['image/png'], maxBytes }), (_req, res) => {
    held.push(res);
  });
  app.use(onError);
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends a file as large as may be, which says its length or does not; resolves with the status. */
const send = (user?: string, type = 'image/png', saysLength = true): Promise<number | undefined> => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const response = Promise.withResolvers<number | undefined>();
  const headers = {
    'content-type': type,
    ...(saysLength ? { 'content-length': maxBytes } : {}),
    ...(user === undefined ? {} : { 'x-user': user }),
  };
  const sending = request({ host: '127.0.0.1', port, method: 'PUT', headers }, (res) => {
    res.resume();
    response.resolve(res.statusCode);
  });
  sending.on('error', response.reject);
  sending.end(Buffer.alloc(maxBytes));
  return response.promise;
};
const untilHeld = async (count: number): Promise<void> => {
  while (held.length < count) await new Promise((resolve) => setImmediate(resolve));
};

test('When too many bytes are being received, then further files are refused until there is room', async () => {
  const statuses = [send('one'), send('one'), send('one')];
  await untilHeld(3);
  expect(await send('one')).toBe(503);
  for (const user of ['two', 'three', 'four']) statuses.push(send(user), send(user), send(user));
  await untilHeld(12);
  expect(await send('five')).toBe(503);
  for (const res of held.splice(0)) res.end();
  expect(await Promise.all(statuses)).toEqual(Array.from({ length: 12 }, () => 200));
  const next = send('five');
  await untilHeld(1);
  for (const res of held.splice(0)) res.end();
  expect(await next).toBe(200);
});

test('When files do not say their length, then each takes the room of the largest', async () => {
  const statuses = [1, 2, 3].map(() => send('one', 'image/png', false));
  await untilHeld(3);
  expect(await send('one', 'image/png', false)).toBe(503);
  for (const res of held.splice(0)) res.end();
  expect(await Promise.all(statuses)).toEqual([200, 200, 200]);
});

test('When nobody is signed in, or the type is another, then nothing is read', async () => {
  expect([await send(), await send('one', 'text/html')]).toEqual([401, 415]);
});
