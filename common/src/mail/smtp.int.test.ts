import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSmtp, sendTimeoutMs } from './smtp.ts';

const sockets = new Set<Socket>();
let server: Server | undefined;

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  await (server === undefined ? undefined : once(server, 'close'));
});

/** A server that responds to the first lines of a client, then sends lines without end. */
const openEndlessServer = async (responses: readonly string[]): Promise<string> => {
  const endless = '250-not yet\r\n';
  server = createServer((socket) => {
    sockets.add(socket);
    const lines = responses.values();
    const respond = () => socket.write(lines.next().value ?? endless);
    respond();
    // Less apart than the timeout of an idle socket.
    const timer = setInterval(() => socket.write(endless), 1_000);
    socket
      .on('data', respond)
      .on('close', () => clearInterval(timer))
      .on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

const mail = { jobId: 'paid:1', to: 'anna@example.com', subject: 's', text: 't', html: '' };
const from = { name: '', address: 'tickets@example.com' };

test('When a server talks without end, then sending ends, and the server counts as away', async () => {
  const url = await openEndlessServer(['220 ready\r\n', '250 hello\r\n', '250 sender\r\n', '250 recipient\r\n']);
  const begin = performance.now();
  const delivery = await createSmtp(url, from)(mail, new AbortController().signal);
  expect(performance.now() - begin).toBeLessThan(sendTimeoutMs + 1_000);
  expect(delivery.kind).toBe('away');
});

test('When sending is cancelled, then it ends at once', async () => {
  const cancelling = new AbortController();
  const sending = createSmtp(await openEndlessServer([]), from)(mail, cancelling.signal);
  cancelling.abort();
  const begin = performance.now();
  expect(await sending).toMatchObject({ kind: 'away' });
  expect(performance.now() - begin).toBeLessThan(1_000);
});
