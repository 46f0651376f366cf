import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createSharedPages, isShared, newNonce, type RenderPage } from './shared-pages.ts';

const maxBytes = 300_000;

let server: Server;
let now: number;
let renderings: number;
/** Renders the next pages; the number is that of the rendering. */
let render: (number: number, ...of: Parameters<RenderPage>) => void;

const origin = (): string => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`;
};

beforeEach(async () => {
  now = 1;
  renderings = 0;
  render = (number, _req, res) => res.end(`page ${number}`);
  const pages = createSharedPages({
    render: (...of) => render(++renderings, ...of),
    now: () => now,
    maxBytes,
  });
  server = createServer((req, res) => {
    const nonce = newNonce();
    res.setHeader('Content-Security-Policy', `'nonce-${nonce}'`);
    pages.send(req, res, nonce).catch(() => res.writeHead(500).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

const get = async (path = '/', headers: Readonly<Record<string, string>> = {}): Promise<string> =>
  (await fetch(origin() + path, { headers })).text();

const numberOf = async (path: string): Promise<number> => Number.parseInt(await get(path), 10);

const getEncoded = async (encodings: string) => {
  const response = await fetch(origin(), { headers: { 'accept-encoding': encodings } });
  return { encoding: response.headers.get('content-encoding'), text: await response.text() };
};

/** Requests a page for each of these visitors, in this order; it is rendered once all of them wait. */
const getTogether = async (addresses: readonly string[]): Promise<string[]> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const renderNow = render;
  render = (...of) => void promise.then(() => renderNow(...of));
  const texts: Promise<string>[] = [];
  for (const address of addresses) {
    const arrived = once(server, 'request');
    texts.push(get('/', { 'x-forwarded-for': address }));
    await arrived;
  }
  resolve();
  return Promise.all(texts);
};

test('When visitors request a page within a second, then it is rendered once, and again after it', async () => {
  expect(await getTogether(['10.0.0.1', '10.0.0.2'])).toEqual(['page 1', 'page 1']);
  now += 999;
  expect(await get()).toBe('page 1');
  now += 2;
  expect(await get()).toBe('page 2');
});

test('When a rendering takes long, then the age of the page counts from its start', async () => {
  render = (number, _req, res) => {
    now += 600;
    res.end(`page ${number}`);
  };
  expect(await get()).toBe('page 1');
  now += 399;
  expect(await get()).toBe('page 1');
  now += 2;
  expect(await get()).toBe('page 2');
});

test('When addresses differ, also in their query only, then each has its own page', async () => {
  render = (_number, req, res) => res.end(req.url);
  for (const path of ['/', '/?q=opera', '/?q=jazz', `/tickets/${'a'.repeat(24)}`]) expect(await get(path)).toBe(path);
});

test('When a page is rendered, then it gets nothing of its visitor that could be in it', async () => {
  render = (_number, req, res) => res.end(JSON.stringify(req.headers));
  const personal = {
    cookie: 'device=a; other=b',
    authorization: 'Bearer c',
    'accept-language': 'de',
    'user-agent': 'browser',
    'x-forwarded-host': 'evil.example',
    'x-time-zone': 'Asia/Tokyo',
  };
  const limits = { 'x-forwarded-for': '10.0.0.1', 'x-request-id': 'd', traceparent: 'e' };
  const received: unknown = JSON.parse(await get('/', { ...personal, ...limits }));
  expect(received).toEqual({ ...limits, host: 'localhost:80', connection: 'close' });
});

test('When a page has nonces, then each response has its own ones, which its policy allows', async () => {
  let rendered = '';
  render = (_number, _req, res, { nonce }) => {
    rendered = nonce;
    res.setHeader('Link', [`</a.css>; nonce="${nonce}"`, '</b.css>']);
    res.end(`<script nonce="${nonce}">1</script>ü<script nonce="${nonce}">2</script>`);
  };
  const nonces = new Set<string>();
  for (let visitor = 0; visitor < 3; visitor += 1) {
    const response = await fetch(origin());
    const nonce = /'nonce-(.+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? '';
    expect(await response.text()).toBe(`<script nonce="${nonce}">1</script>ü<script nonce="${nonce}">2</script>`);
    expect(response.headers.get('link')).toBe(`</a.css>; nonce="${nonce}", </b.css>`);
    nonces.add(nonce);
  }
  expect(renderings).toBe(1);
  expect(nonces.size).toBe(3);
  expect(nonces).not.toContain(rendered);
});

test('When a page is sent again, then with its status and headers, but for what is of one response', async () => {
  render = (number, _req, res) => {
    res.writeHead(200, { Vary: 'rsc, Accept-Encoding', 'Cache-Control': 'private, no-store', ETag: `"${number}"` });
    res.end('page');
  };
  await get();
  const { status, headers } = await fetch(origin(), { headers: { 'accept-encoding': 'identity' } });
  expect(renderings).toBe(1);
  expect(status).toBe(200);
  expect(headers.get('vary')).toBe('rsc, Accept-Encoding');
  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(headers.get('content-length')).toBe('4');
  expect(headers.get('etag')).toBeNull();
});

test('When a browser takes gzip, then the page is compressed, and only then', async () => {
  render = (_number, _req, res) => res.end('page '.repeat(1_000));
  const text = 'page '.repeat(1_000);
  expect(await getEncoded('gzip, deflate, br')).toEqual({ encoding: 'gzip', text });
  expect(await getEncoded('br;q=1.0, gzip;q=0.8')).toEqual({ encoding: 'gzip', text });
  for (const encodings of ['identity', 'br', 'gzip;q=0, br', 'gzip; q=0.0'])
    expect(await getEncoded(encodings)).toEqual({ encoding: null, text });
});

test('When a page fails, then those who wait for it get it, and the next visitor gets another rendering', async () => {
  render = (number, _req, res) => res.writeHead(503).end(`failure ${number}`);
  expect(await getTogether(['10.0.0.1', '10.0.0.2'])).toEqual(['failure 1', 'failure 1']);
  expect(await get()).toBe('failure 2');
});

test('When a rendering breaks off, then it is not kept', async () => {
  render = (_number, _req, res) => {
    res.writeHead(200, { 'Content-Length': '100' });
    res.write('half a ');
    res.destroy();
  };
  expect((await fetch(origin())).status).toBe(500);
  render = (number, _req, res) => res.end(`page ${number}`);
  expect(await get()).toBe('page 2');
});

test('When a visitor has exceeded a limit, then the others share another page than the one that says so', async () => {
  render = (_number, req, res, { markPersonal }) => {
    const address = String(req.headers['x-forwarded-for']);
    if (address === '10.0.0.1') markPersonal();
    res.end(`for ${address}`);
  };
  expect(await getTogether(['10.0.0.1', '10.0.0.2', '10.0.0.3'])).toEqual([
    'for 10.0.0.1',
    'for 10.0.0.2',
    'for 10.0.0.2',
  ]);
  expect(await get('/', { 'x-forwarded-for': '10.0.0.4' })).toBe('for 10.0.0.2');
});

test('When a page sets a cookie, then nobody else gets it', async () => {
  render = (number, _req, res) => {
    res.setHeader('Set-Cookie', `visitor=${number}`);
    res.end(`page ${number}`);
  };
  expect(await getTogether(['10.0.0.1', '10.0.0.2'])).toEqual(['page 1', 'page 2']);
  expect(await get()).toBe('page 3');
});

test('When pages fill the memory, then those that were not sent for longest are rendered again', async () => {
  render = (number, _req, res) => res.end(`${number} `.padEnd(100_000, '.'));
  expect(await numberOf('/?q=1')).toBe(1);
  expect(await numberOf('/?q=2')).toBe(2);
  expect(await numberOf('/?q=1')).toBe(1);
  expect(await numberOf('/?q=3')).toBe(3);
  expect(await numberOf('/?q=1')).toBe(1);
  expect(await numberOf('/?q=2')).toBe(4);
});

const ticket = `/tickets/${'0'.repeat(24)}`;

test.each(['/', '/?q=opera', '/events/abc', '/events/abc/an-event?page=2', ticket, `${ticket}?listed=1`])(
  'When a visitor without a session requests %s, then its page is shared',
  (url) => {
    expect(isShared({ method: 'GET', url, headers: { cookie: 'device=a' } })).toBe(true);
    expect(isShared({ method: 'GET', url, headers: { cookie: 'a=b; session=c' } })).toBe(false);
    expect(isShared({ method: 'GET', url, headers: { rsc: '1' } })).toBe(false);
    expect(isShared({ method: 'POST', url, headers: {} })).toBe(false);
    expect(isShared({ method: 'HEAD', url, headers: {} })).toBe(false);
  },
);

test.each(['/tickets/new', '/tickets/listed', `${ticket}/edit`, '/orders', '/signin', '/events', '//', '/api', '/a?/'])(
  'When a visitor requests %s, then its page is rendered for this visitor',
  (url) => expect(isShared({ method: 'GET', url, headers: {} })).toBe(false),
);
