import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import pino from 'pino';
import { eventually } from '../../testing/eventually.ts';
import { createJetStreamTransport } from './jetstream/transport.ts';

test('When a server claims to offer no TLS, then a client whose NATS_URL asks for it sends no password', async () => {
  const received: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', (data) => received.push(String(data)));
    socket.write(`INFO ${JSON.stringify({ server_id: 'x', version: '2.12.0', proto: 1, max_payload: 1024 })}\r\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const transport = createJetStreamTransport({
    url: `tls://orders:secret@127.0.0.1:${port}`,
    clientName: 'orders',
    logger: pino({ level: 'silent' }),
  });
  // Each connection is given up at once, and another one is made.
  await eventually(() => expect(connections).toBeGreaterThan(2));
  expect(received.join('')).not.toContain('secret');
  await transport.close();
  server.close();
});
