import { afterEach, expect, test } from '@jest/globals';
import { parseTrustProxy } from '@ticketing/common/edge';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { freePort } from '../net/free-ports.ts';
import { startRouter, type Router } from './start-router.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('timed out');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

interface FakeService {
  readonly url: string;
  readonly seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  ready: boolean;
  /** Closes the connection of each request without a response. */
  hangsUp: boolean;
  close(): Promise<void>;
}

const fakeService = async (name: string, port = 0): Promise<FakeService> => {
  const server: Server = createServer((req, res) => {
    if (req.url === '/readyz') {
      res.writeHead(service.ready ? 200 : 503).end();
      return;
    }
    if (service.hangsUp) {
      req.socket.destroy();
      return;
    }
    if (/\/stream\/?$/i.test(req.url ?? '')) {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {}\n\n');
      return;
    }
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    req.on('end', () => {
      service.seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
      res.writeHead(201, { connection: 'close', 'set-cookie': ['a=1', 'b=2'], 'x-request-id': 'abc', 'x-from': name });
      res.end(name);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const service: FakeService = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    seen: [],
    ready: true,
    hangsUp: false,
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  closing.push(() => service.close());
  return service;
};

const open = async (
  orders: readonly string[],
  client: readonly string[] = [],
  { probeEveryMs = 20, trustProxy = '0' } = {},
): Promise<Router> => {
  const router = await startRouter({
    port: 0,
    sitePort: 0,
    proxies: parseTrustProxy(trustProxy) ?? (() => false),
    hosts: ['127.0.0.1'],
    replicas: { auth: [], tickets: [], payments: [], orders, client },
    probeEveryMs,
    proto: 'http',
  });
  closing.push(() => router.stop(0));
  return router;
};

const route = async (...parameters: Parameters<typeof open>): Promise<string> =>
  `http://127.0.0.1:${(await open(...parameters)).port}`;

const readyAt = async (base: string): Promise<void> => {
  await until(async () => (await fetch(`${base}/api/orders`)).status !== 503);
};

test('When two replicas are ready, then they receive requests in turn', async () => {
  const [a, b] = [await fakeService('a'), await fakeService('b')];
  const base = await route([a.url, b.url]);
  await until(async () => {
    const names = [await fetch(`${base}/api/orders`), await fetch(`${base}/api/orders`)];
    return new Set(names.map((response) => response.headers.get('x-from'))).size === 2;
  });
});

test('When a request is forwarded, then method, path, body and cookies arrive, and its own X-Forwarded headers are replaced', async () => {
  const service = await fakeService('a');
  const base = await route([service.url]);
  await readyAt(base);
  const response = await fetch(`${base}/api/orders/1?x=%20y`, {
    method: 'PUT',
    headers: { cookie: 'session=s', 'x-forwarded-for': '1.2.3.4', 'x-request-id': 'request-1' },
    body: 'tälk',
  });
  expect(response.status).toBe(201);
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  const seen = service.seen.at(-1);
  expect(seen).toMatchObject({ method: 'PUT', url: '/api/orders/1?x=%20y', body: 'tälk' });
  expect(seen?.headers).toMatchObject({
    cookie: 'session=s',
    host: new URL(base).host,
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': new URL(base).host,
    'x-forwarded-proto': 'http',
    'x-request-id': 'request-1',
  });
});

test.each(['stream', 'Stream/'])(
  'When more streams (/%s) are open than the router has connections for other requests, then it forwards these all the same',
  async (stream) => {
    const { url } = await fakeService('a');
    const base = await route([url]);
    await readyAt(base);
    const leaving = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 300 }, () => fetch(`${base}/api/orders/1/${stream}`, { signal: leaving.signal })),
    );
    for (const { body } of streams) {
      const first = await body?.getReader().read();
      expect(new TextDecoder().decode(first?.value)).toBe('data: {}\n\n');
    }
    expect((await fetch(`${base}/api/orders`)).status).toBe(201);
    leaving.abort();
  },
);

/** The header that a service gets for a request with this X-Forwarded-For. */
const forwardedFor = async (router: Router, service: FakeService, port: 'port' | 'sitePort', header: string) => {
  await readyAt(`http://127.0.0.1:${router.port}`);
  await fetch(`http://127.0.0.1:${router[port]}/api/orders/9`, { headers: { 'x-forwarded-for': header } });
  return service.seen.findLast(({ url }) => url === '/api/orders/9')?.headers['x-forwarded-for'];
};

test.each([
  ['1', '203.0.113.7', '203.0.113.7'],
  ['1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['127.0.0.0/8', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['10.0.0.0/8', '203.0.113.7', '127.0.0.1'],
])(
  'When TRUST_PROXY is %s and nginx says %s, then services get the visitor %s',
  async (trustProxy, header, visitor) => {
    const service = await fakeService('a');
    const router = await open([service.url], [], { trustProxy });
    expect(await forwardedFor(router, service, 'port', header)).toBe(visitor);
  },
);

test('When the site makes a request for a visitor, then services get the address that the router has told it', async () => {
  const service = await fakeService('a');
  const router = await open([service.url]);
  expect(await forwardedFor(router, service, 'sitePort', '203.0.113.7')).toBe('203.0.113.7');
});

test('When a connection is idle, then the router keeps it for longer than load balancers keep theirs', async () => {
  const base = await route([]);
  expect((await fetch(`${base}/healthz`)).headers.get('keep-alive')).toBe('timeout=620');
});

test('When a large body is sent in chunks, then it arrives complete', async () => {
  const service = await fakeService('a');
  const base = await route([service.url]);
  await readyAt(base);
  const sent = request(`${base}/api/orders`, { method: 'POST' });
  for (let index = 0; index < 64; index += 1) sent.write('x'.repeat(10_000));
  sent.end();
  await once(sent, 'response');
  expect(service.seen.at(-1)?.body.length).toBe(640_000);
});

test('When a replica reports that it is not ready, then the other one receives every request', async () => {
  const [a, b] = [await fakeService('a'), await fakeService('b')];
  const base = await route([a.url, b.url]);
  await until(async () => (await fetch(`${base}/api/orders`)).headers.get('x-from') === 'b');
  a.ready = false;
  await until(async () => {
    const before = a.seen.length;
    await Promise.all(Array.from({ length: 4 }, () => fetch(`${base}/api/orders`)));
    return a.seen.length === before;
  });
});

test('When a replica ends between two probes, then requests that it refuses go to the other one, whatever their method', async () => {
  const [a, b] = [await fakeService('a'), await fakeService('b')];
  const base = await route([a.url, b.url], [], { probeEveryMs: 60_000 });
  await until(async () => {
    await fetch(`${base}/api/orders`);
    return a.seen.length > 0 && b.seen.length > 0;
  });
  await a.close();
  const statuses = await Promise.all(
    Array.from({ length: 10 }, async () => (await fetch(`${base}/api/orders`, { method: 'POST', body: '{}' })).status),
  );
  expect(statuses).toEqual(Array.from({ length: 10 }, () => 201));
});

test.each([
  ['a large body', { 'content-length': '200000' }],
  ['a body in chunks', {}],
])('When a replica refuses the connection for %s, then the other one receives it complete', async (_what, headers) => {
  const [a, b] = [await fakeService('a'), await fakeService('b')];
  const base = await route([a.url, b.url], [], { probeEveryMs: 60_000 });
  await until(async () => {
    await fetch(`${base}/api/orders`);
    return a.seen.length > 0 && b.seen.length > 0;
  });
  await a.close();
  const responses = [0, 1].map(async () => {
    const sent = request(`${base}/api/orders`, { method: 'POST', headers });
    sent.end('x'.repeat(200_000));
    await once(sent, 'response');
  });
  await Promise.all(responses);
  expect(b.seen.filter(({ body }) => body.length === 200_000)).toHaveLength(2);
});

test('When the only replica refuses the connection, then the status is 503 with a Retry-After header, however long the body is', async () => {
  const service = await fakeService('a');
  const base = await route([service.url], [], { probeEveryMs: 60_000 });
  await readyAt(base);
  await service.close();
  const response = await fetch(`${base}/api/orders`, { method: 'POST', body: 'x'.repeat(200_000) });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
});

test('When a replica closes the connection, then a GET goes to the other one and a POST is not repeated', async () => {
  const [a, b] = [await fakeService('a'), await fakeService('b')];
  const base = await route([a.url, b.url]);
  await until(async () => {
    await fetch(`${base}/api/orders`);
    return a.seen.length > 0 && b.seen.length > 0;
  });
  a.hangsUp = true;
  const gets = await Promise.all(Array.from({ length: 6 }, () => fetch(`${base}/api/orders`)));
  expect(gets.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
  const posts = [
    await fetch(`${base}/api/orders`, { method: 'POST', body: '{}' }),
    await fetch(`${base}/api/orders`, { method: 'POST', body: '{}' }),
  ];
  expect(new Set(posts.map(({ status }) => status))).toEqual(new Set([201, 502]));
});

test('When no replica is ready, then the status is 503 with a Retry-After header', async () => {
  const base = await route([`http://127.0.0.1:${await freePort()}`]);
  const response = await fetch(`${base}/api/orders`);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toEqual({ errors: [{ message: expect.any(String) }] });
});

test('When a replica restarts on its port, then it receives requests again', async () => {
  const port = await freePort();
  const first = await fakeService('first', port);
  const base = await route([first.url]);
  await readyAt(base);
  await first.close();
  await until(async () => (await fetch(`${base}/api/orders`)).status === 503);
  await fakeService('second', port);
  await until(async () => (await fetch(`${base}/api/orders`)).headers.get('x-from') === 'second');
});

test.each(['/healthz', '/readyz', '/metrics', '/api', '/api/unknown'])(
  'When %s is requested from outside, then the status is 404',
  async (path) => {
    const service = await fakeService('a');
    const base = await route([service.url], [service.url]);
    await readyAt(base);
    const response = await fetch(`${base}${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ errors: [{ message: 'Not Found' }] });
  },
);

test.each([
  ['two Host lines', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400],
  ['a method that is not routed', 'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405],
  ['an unknown path', 'GET /api/unknown HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['headers that are too long', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
])('When a request has %s, then the response is a JSON error with security headers', async (_what, text, status) => {
  const service = await fakeService('a');
  const base = new URL(await route([service.url]));
  const socket = connect(Number(base.port), base.hostname);
  socket.write(text);
  let response = '';
  for await (const chunk of socket) response += String(chunk);
  const [head = '', body = ''] = response.split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
  expect(JSON.parse(body)).toEqual({ errors: [{ message: expect.any(String) }] });
});

test('When the port is in use, then starting the router fails', async () => {
  const service = await fakeService('a');
  await expect(
    startRouter({
      port: Number(new URL(service.url).port),
      hosts: ['127.0.0.1'],
      replicas: { auth: [], tickets: [], payments: [], orders: [], client: [] },
      probeEveryMs: 20,
      proto: 'http',
      proxies: () => false,
    }),
  ).rejects.toThrow('EADDRINUSE');
});
