import { expect, test } from '@jest/globals';
import express from 'express';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { onServed } from './on-served.ts';

test('When a client has gone away before a step begins to wait for the response, then the step is told all the same', async () => {
  const served: string[] = [];
  const arrived = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const app = express();
  app.get('/', async (_req, res) => {
    onServed(res, () => served.push('before'));
    arrived.resolve();
    await once(res, 'close');
    onServed(res, () => served.push('after'));
    done.resolve();
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await arrived.promise;
  socket.destroy();
  await done.promise;
  expect(served).toEqual(['before', 'after']);
  server.close();
});
