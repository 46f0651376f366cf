import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { eventually } from './eventually.ts';
import { sendRaw } from './fuzz/send-raw.ts';
import { siteUnderTest, testOnThisMachine } from './site.ts';
import { newCredentials, signUp, type User } from './user.ts';

const site = siteUnderTest();
const agent = new Agent();
const origin = new URL(site.url).origin;

/** The first form of a page that has a field of this name, as HTML. */
const readForm = async (path: string, field = '', cookie?: string): Promise<string> => {
  const page = await (await fetch(`${site.url}${path}`, { headers: cookie === undefined ? {} : { cookie } })).text();
  const forms = page.match(/<form[^>]*multipart[\s\S]*?<\/form>/g) ?? [];
  return forms.find((form) => form.includes(`name="${field}`)) ?? '';
};

/** Posts a form as a browser without JavaScript does. */
const postForm = async (
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  form?: string,
) => {
  form ??= await readForm(path);
  const data = new FormData();
  for (const [, name = '', value = ''] of form.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g))
    data.set(name, value.replaceAll('&quot;', '"'));
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  const encoded = new Response(data);
  return sendRaw(site.url, agent, {
    method: 'POST',
    path,
    headers: { 'Content-Type': encoded.headers.get('content-type') ?? '', Accept: 'text/html', ...headers },
    body: new Uint8Array(await encoded.arrayBuffer()),
  });
};

test('When a form comes from the public address and a proxy has replaced the Host, then it is accepted', async () => {
  const credentials = newCredentials();
  const response = await postForm('/signup', { ...credentials }, { Host: 'upstream:3000', Origin: origin });
  expect(response.status).toBe(303);
});

test('When another site posts a form of ours, then the answer is a page with the status 403 and nothing is done', async () => {
  const credentials = newCredentials();
  const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  const response = await postForm('/signup', { ...credentials }, foreign);
  expect(response.status).toBe(403);
  expect(response.text).toContain('This form came from another site');
  await signUp(site.url, credentials);
  const answer = await sendRaw(site.url, agent, { method: 'POST', path: '/', headers: { Origin: 'null' } });
  expect(answer.status).toBe(403);
  expect(JSON.parse(answer.text)).toEqual({ errors: [{ message: 'Requests from other sites are refused' }] });
});

const multipart = 'multipart/form-data; boundary=x';
const field = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--x--\r\n`;

test.each([
  ['a multipart body that never begins', { 'Content-Type': multipart }, 'x=1'],
  ['a multipart body that never ends', { 'Content-Type': multipart }, '--x\r\nContent-Disposition: form-data'],
  ['a multipart body without a boundary', { 'Content-Type': 'multipart/form-data' }, 'x=1'],
  ['an action that is none', { 'Content-Type': multipart }, field('$ACTION_ID_nothing', '')],
  [
    'a reference that is no JSON',
    { 'Content-Type': multipart },
    `${field('$ACTION_REF_1', '').slice(0, -6)}${field('$ACTION_1:0', '{')}`,
  ],
  ['an action id that is none', { 'Next-Action': 'nothing', 'Content-Type': 'text/plain;charset=UTF-8' }, '[]'],
])('When the site gets %s, then the answer is 400', async (_what, headers, body) => {
  const response = await sendRaw(site.url, agent, { method: 'POST', path: '/', headers, body });
  expect(response.status).toBe(400);
});

test('When an action of ours gets arguments that cannot be decoded, then the answer is 400', async () => {
  const page = await (await fetch(`${site.url}/signin`)).text();
  const id = /&quot;id&quot;:&quot;(\w+)&quot;/.exec(page)?.[1] ?? '';
  expect(id).not.toBe('');
  for (const body of ['{', '["$F99"]', '[[["$1"'])
    for (const type of ['text/plain;charset=UTF-8', multipart])
      expect([
        body,
        type,
        (
          await sendRaw(site.url, agent, {
            method: 'POST',
            path: '/signin',
            headers: { 'Next-Action': id, 'Content-Type': type },
            body,
          })
        ).status,
      ]).toEqual([body, type, 400]);
});

testOnThisMachine(
  'When forms of 64 MB are being received, then another is refused, and accepted once there is room',
  async () => {
    const { url } = site.processes().find(({ name }) => name === 'client') ?? {};
    if (url === undefined) throw new Error('the client is not running');
    const { hostname, port } = new URL(url);
    const head = [
      'POST / HTTP/1.1',
      `Host: ${new URL(site.url).host}`,
      `Origin: ${origin}`,
      `Content-Type: ${multipart}`,
    ];
    const sockets = Array.from({ length: 11 }, () => {
      const socket = connect(Number(port), hostname);
      socket.write(`${[...head, `Content-Length: ${6 * 1024 * 1024}`].join('\r\n')}\r\n\r\n`);
      return socket;
    });
    const answer = await Promise.race(sockets.map((socket) => once(socket, 'data')));
    expect(String(answer)).toMatch(/^HTTP\/1.1 503 [\s\S]*Too many files/);
    for (const socket of sockets) socket.destroy();
    const headers = { 'Content-Type': multipart, Origin: origin };
    await eventually(async () =>
      expect(await sendRaw(url, agent, { method: 'POST', path: '/', headers, body: 'x=1' })).toMatchObject({
        status: 400,
      }),
    );
  },
);

test('When a request has two Host lines, then the answer is 400', async () => {
  const { hostname, port } = new URL(site.url);
  for (const path of ['/', '/api/tickets']) {
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nConnection: close\r\n\r\n`);
    let response = '';
    for await (const chunk of socket) response += String(chunk);
    expect(response).toContain('HTTP/1.1 400 ');
  }
});

test('When the router or the site answers by itself, then the answer has security headers', async () => {
  for (const [path, method, status] of [
    ['/api/unknown', 'GET', 404],
    ['/nothing', 'GET', 404],
    ['/metrics', 'GET', 404],
    ['/', 'BREW', 400],
  ] as const) {
    const { hostname, port } = new URL(site.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`);
    let response = '';
    for await (const chunk of socket) response += String(chunk);
    expect(response).toContain(`HTTP/1.1 ${status} `);
    expect(response.toLowerCase()).toContain('\r\nx-content-type-options: nosniff');
    expect(response.toLowerCase()).toContain('\r\ncontent-security-policy: ');
  }
});

/** Posts the form of a page twice at once; both responses lead to the page whose path is returned. */
const sendTwice = async (path: string, { cookie }: User, fields: Readonly<Record<string, string>>) => {
  const form = await readForm(path, 'idempotencyKey', cookie);
  const headers = { Cookie: cookie, Origin: origin };
  const responses = await Promise.all([1, 2].map(() => postForm(path, fields, headers, form)));
  expect(responses.map(({ status }) => status)).toEqual([303, 303]);
  const [first, second] = responses.map((response) => response.location);
  expect(second).toBe(first);
  return String(first);
};

test('When forms are sent twice by a browser without JavaScript, then one ticket is listed and one order made', async () => {
  const [seller, buyer] = await Promise.all([signUp(site.url), signUp(site.url)]);
  const listed = await sendTwice('/tickets/new', seller, { title: 'Sent twice', price: '19.99' });
  expect((await seller.send({ method: 'GET', path: '/api/tickets?mine=true' })).header('x-total-count')).toBe('1');
  const [, ticketId = ''] = /\/tickets\/(\w+)/.exec(listed) ?? [];
  const ordered = await sendTwice(`/tickets/${ticketId}`, buyer, {});
  const [, orderId = ''] = /\/orders\/(\w+)/.exec(ordered) ?? [];
  const { body } = await buyer.send({ method: 'GET', path: '/api/orders' });
  expect(body).toMatchObject([{ id: orderId, ticket: { id: ticketId } }]);
});
