import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from '../testing/eventually.ts';
import { openMailbox, type Mailbox } from '../testing/mailbox.ts';
import { createSmtp, requiresTls, sendTimeoutMs, type Smtp } from './smtp.ts';

const sockets = new Set<Socket>();
let server: Server | undefined;
let mailbox: Mailbox | undefined;
const opened: Smtp[] = [];

const open = (url: string): Smtp => {
  const smtp = createSmtp(url, from, 2);
  opened.push(smtp);
  return smtp;
};

afterEach(async () => {
  for (const smtp of opened.splice(0)) smtp.close();
  await mailbox?.close();
  mailbox = undefined;
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

/** Before a mail server: counts connections, and ends them as a server does that was restarted. */
const openForwarder = async (smtpUrl: string) => {
  let connections = 0;
  server = createServer((socket) => {
    connections += 1;
    const behind = connect(Number(new URL(smtpUrl).port), '127.0.0.1');
    sockets.add(socket).add(behind);
    socket.on('error', () => undefined).pipe(behind);
    behind.on('error', () => undefined).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    connections: () => connections,
    endConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
};

const mail = { jobId: 'paid:1', to: 'anna@example.com', subject: 's', text: 't', html: '' };
const from = { name: '', address: 'tickets@example.com' };

test('When a server talks without end, then sending ends, and the server counts as away', async () => {
  const url = await openEndlessServer(['220 ready\r\n', '250 hello\r\n', '250 sender\r\n', '250 recipient\r\n']);
  const begin = performance.now();
  const delivery = await open(url).send(mail, new AbortController().signal);
  expect(performance.now() - begin).toBeLessThan(sendTimeoutMs + 1_000);
  expect(delivery.kind).toBe('away');
});

test('When sending is cancelled, then it ends at once, and the server does not count as away', async () => {
  const cancelling = new AbortController();
  const sending = open(await openEndlessServer([])).send(mail, cancelling.signal);
  cancelling.abort();
  const begin = performance.now();
  expect(await sending).toEqual({ kind: 'cancelled' });
  expect(performance.now() - begin).toBeLessThan(1_000);
});

test.each([
  ['smtp://mail.example:587', true],
  ['smtp://mailbox:1025', true],
  ['smtp://mailbox:1025?requireTLS=false', false],
  ['smtp://127.0.0.1:1025', false],
  ['smtp://[::1]:1025', false],
  ['smtp://Localhost', false],
  ['smtp://localhost.example', true],
  ['smtp://127.0.0.1.example', true],
])('When the mail server is %s, then mail is sent encrypted only: %s', (url, encrypted) => {
  expect(requiresTls(url)).toBe(encrypted);
});

test('When a server that must encrypt offers no STARTTLS, then it counts as away and gets no mail', async () => {
  mailbox = await openMailbox();
  // Reaches this machine, and is no loopback address.
  const url = mailbox.env.SMTP_URL.replace('127.0.0.1', '0.0.0.0');
  const { signal } = new AbortController();
  // A busy machine may take longer to connect than mail waits.
  await eventually(async () =>
    expect(await open(url).send(mail, signal)).toEqual({
      kind: 'away',
      reason: expect.stringMatching(/^ETLS STARTTLS 5\d\d: the connection cannot be encrypted$/),
    }),
  );
  expect(await mailbox.mails()).toEqual([]);
  expect(await open(`${url}?requireTLS=false`).send(mail, signal)).toEqual({ kind: 'sent' });
  expect(await open(mailbox.env.SMTP_URL).send(mail, signal)).toEqual({ kind: 'sent' });
});

test('When mails follow one another, then they share a connection, and one that the server has ended is replaced', async () => {
  mailbox = await openMailbox();
  const forwarder = await openForwarder(mailbox.env.SMTP_URL);
  const smtp = open(forwarder.url);
  const { signal } = new AbortController();
  for (const jobId of ['a', 'b', 'c']) expect(await smtp.send({ ...mail, jobId }, signal)).toEqual({ kind: 'sent' });
  expect(forwarder.connections()).toBe(1);
  // Sent on a connection whose end has not been noticed yet.
  forwarder.endConnections();
  expect(await smtp.send({ ...mail, jobId: 'd' }, signal)).toEqual({ kind: 'sent' });
  expect(forwarder.connections()).toBe(2);
  expect(await mailbox.mails()).toHaveLength(4);
});
