import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@ticketing/common/testing';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Links } from './links.ts';

const sockets: Socket[] = [];
let links: Links;
let echo: Server | undefined;
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await links.close();
  echo?.close();
});

const openClient = async (proxy: number) => {
  const socket = connect(proxy, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const client = { received: '', ended: false, send: (text: string) => socket.write(text) };
  socket.on('data', (chunk) => (client.received += String(chunk)));
  socket.on('close', () => (client.ended = true));
  return client;
};

/** A server that answers each chunk with the same in brackets, behind proxies from `a` and `b`. */
const open = async () => {
  links = new Links();
  const heard: string[] = [];
  echo = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard.push(String(chunk));
      socket.write(`(${String(chunk)})`);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { heard, port };
};

test('When a link is silent, then what is sent arrives once it is open again, and other links are not disturbed', async () => {
  const { heard, port } = await open();
  const a = await openClient(await links.open('echo', port, 'a'));
  const b = await openClient(await links.open('echo', port, 'b'));
  links.set('a', 'echo', 'silent');
  a.send('from a');
  b.send('from b');
  await eventually(() => expect(b.received).toBe('(from b)'));
  expect(heard).toEqual(['from b']);
  links.set('a', 'echo', 'open');
  await eventually(() => expect(a.received).toBe('(from a)'));
});

test('When a link is open in one direction only, then requests arrive and responses wait', async () => {
  const { heard, port } = await open();
  const a = await openClient(await links.open('echo', port, 'a'));
  links.set('a', 'echo', 'one-way');
  a.send('question');
  await eventually(() => expect(heard).toEqual(['question']));
  const b = await openClient(await links.open('echo', port, 'b'));
  b.send('later');
  await eventually(() => expect(b.received).toBe('(later)'));
  expect(a.received).toBe('');
  links.set('a', 'echo', 'open');
  await eventually(() => expect(a.received).toBe('(question)'));
});

test('When a link is cut, then its connections end, and new ones do too until it is open', async () => {
  const { port } = await open();
  const proxy = await links.open('echo', port, 'a');
  const a = await openClient(proxy);
  links.set('a', 'echo', 'cut');
  await eventually(() => expect(a.ended).toBe(true));
  const refused = await openClient(proxy);
  await eventually(() => expect(refused.ended).toBe(true));
  links.set('a', 'echo', 'open');
  const again = await openClient(proxy);
  again.send('hello');
  await eventually(() => expect(again.received).toBe('(hello)'));
});

test('When a link is slow, then bytes keep their order', async () => {
  const { port } = await open();
  const a = await openClient(await links.open('echo', port, 'a'));
  links.set('a', 'echo', 'slow');
  const from = performance.now();
  a.send('one');
  a.send('two');
  const other = await openClient(await links.open('echo', port, 'b'));
  other.send('-');
  await eventually(() => expect(other.received).toBe('(-)'));
  // The first two are on their way.
  links.set('a', 'echo', 'open');
  a.send('three');
  await eventually(() => expect(a.received.replaceAll(')(', '')).toBe('(onetwothree)'));
  expect(performance.now() - from).toBeGreaterThan(190);
});

test('When several parties use a proxy, then each is known by its first bytes', async () => {
  const { heard, port } = await open();
  const proxy = await links.open('echo', port, (bytes) => (bytes.length < 2 ? undefined : String(bytes).slice(0, 2)));
  links.set('b1', 'echo', 'silent');
  const a = await openClient(proxy);
  const b = await openClient(proxy);
  a.send('a1 hello');
  await eventually(() => expect(a.received).toBe('(a1 hello)'));
  b.send('b1 hello');
  a.send('again');
  await eventually(() => expect(a.received).toBe('(a1 hello)(again)'));
  expect(heard.join()).not.toContain('b1');
});

test('When a client cannot be identified, then its bytes are forwarded, and the proxy goes on', async () => {
  const { port } = await open();
  const proxy = await links.open('echo', port, () => {
    throw new Error('not the protocol');
  });
  for (const text of ['first', 'second']) {
    const client = await openClient(proxy);
    client.send(text);
    await eventually(() => expect(client.received).toBe(`(${text})`));
  }
});
