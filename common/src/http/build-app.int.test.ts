import { expect, test } from '@jest/globals';
import type { Express, RequestHandler } from 'express';
import jsonwebtoken from 'jsonwebtoken';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import pino from 'pino';
import supertest from 'supertest';
import { behindRouter } from '../edge/index.ts';
import * as errors from '../errors/index.ts';
import { eventually, throughout } from '../testing/eventually.ts';
import { buildApp, type HttpKit } from './build-app.ts';
import { currentUserOf } from './context.ts';
import { on, route, serve, signedIn } from './route.ts';
import { createSecurityLog } from './security-log.ts';
import { requireAuth } from './sessions/session-cookie.ts';
import { createSessionTokens } from './sessions/session-tokens.ts';

const tokens = createSessionTokens(['a key of 32 bytes for tests only']);
const user = { id: 'u1', email: 'u1@example.com', sid: 's1', startedAt: 1 };

/** An app with its log, its observed requests, and a database that a test can make unreachable. */
const open = (routes: (app: Express) => void, options: { readonly secure?: boolean; readonly raw?: string[] } = {}) => {
  const log: string[] = [];
  const observed: Parameters<HttpKit['observe']>[0][] = [];
  const taken: number[] = [];
  const counted: string[] = [];
  const onDown: (() => void)[] = [];
  const ended = new Set(['known to have ended']);
  const database = { up: true };
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
  const kit: HttpKit = {
    logger,
    now: () => new Date('2031-05-01T12:00:00.500Z'),
    site: {
      securityLog: createSecurityLog({ logger, count: (event) => counted.push(event) }),
      tokens,
      sessions: {
        isEnded: ({ sid }) => ended.has(sid),
        confirm: async (known) => (known.sid === 'found to have ended' ? undefined : known),
      },
      publicUrl: new URL(`${options.secure === true ? 'https' : 'http'}://tickets.example`),
      proxies: behindRouter((_address, hop) => hop < 1),
    },
    database: { isUp: () => database.up, onDown: (listener) => onDown.push(listener) },
    taken: (share) => taken.push(share),
    observe: (request) => observed.push(request),
  };
  const app = buildApp(kit, routes, options.raw === undefined ? {} : { raw: options.raw });
  const goDown = (): void => {
    database.up = false;
    for (const listener of onDown) listener();
  };
  return { app, api: supertest(app), log, observed, taken, counted, ended, goDown };
};

const respond: RequestHandler = (req, res) => {
  res.send({ body: req.body === undefined ? null : req.body, user: req.currentUser ?? null });
};
const echo = (app: Express): void => {
  app.post('/api/echo', respond);
  app.get('/api/echo', respond);
  app.get('/api/things/:id', respond);
};
const throwing = (thrown: unknown) =>
  open((app) => {
    app.get('/api/thing', async () => {
      throw thrown;
    });
  });

const cause = new Error('mongod said: secret detail');
const thrown: readonly (readonly [string, unknown, number, object])[] = [
  [
    'BadRequestError',
    new errors.BadRequestError('Email in use', 'email'),
    400,
    { message: 'Email in use', field: 'email' },
  ],
  ['BadRequestError without a field', new errors.BadRequestError('No'), 400, { message: 'No' }],
  [
    'RequestValidationError',
    new errors.RequestValidationError([{ message: 'a', field: 'b' }]),
    400,
    { message: 'a', field: 'b' },
  ],
  ['NotAuthorizedError', new errors.NotAuthorizedError(), 401, { message: 'Not authorized' }],
  ['NotFoundError', new errors.NotFoundError(), 404, { message: 'Not Found' }],
  ['ConflictError', new errors.ConflictError('Price changed'), 409, { message: 'Price changed' }],
  ['PayloadTooLargeError', new errors.PayloadTooLargeError(), 413, { message: 'The request body is too large' }],
  [
    'UnsupportedMediaTypeError',
    new errors.UnsupportedMediaTypeError(),
    415,
    { message: 'The request body must be application/json' },
  ],
  [
    'TooManyRequestsError',
    new errors.TooManyRequestsError(7),
    429,
    { message: 'Too many requests, please try again later' },
  ],
  [
    'ServiceUnavailableError',
    new errors.ServiceUnavailableError(),
    503,
    { message: 'The service is temporarily unavailable, please try again' },
  ],
  [
    'DatabaseConnectionError',
    new errors.DatabaseConnectionError({ cause }),
    503,
    { message: 'The database is temporarily unavailable, please try again' },
  ],
  [
    'a lost connection to MongoDB',
    new MongoNetworkError('secret detail'),
    503,
    { message: 'The database is temporarily unavailable, please try again' },
  ],
  [
    'a MongoDB that has no primary',
    new MongoServerError({ codeName: 'NotWritablePrimary' }),
    503,
    { message: 'The database is temporarily unavailable, please try again' },
  ],
];

test.each(thrown)(
  'When a route throws %s, then the response has its status and message',
  async (_, error, status, entry) => {
    const response = await throwing(error).api.get('/api/thing');
    expect(response.status).toBe(status);
    expect(response.body).toEqual({ errors: [entry] });
  },
);

test("When a service decides by another clock than the machine's, then its responses have the time of that clock", async () => {
  const { api } = open(echo);
  for (const path of ['/api/echo', '/api/unknown']) {
    expect((await api.get(path)).headers.date).toBe('Thu, 01 May 2031 12:00:00 GMT');
  }
});

test('When an error has a time to wait before a retry, then the response has it as Retry-After', async () => {
  expect((await throwing(new errors.TooManyRequestsError(7)).api.get('/api/thing')).headers['retry-after']).toBe('7');
  expect((await throwing(new errors.DatabaseConnectionError()).api.get('/api/thing')).headers['retry-after']).toBe('1');
  expect((await throwing(new errors.ConflictError('x')).api.get('/api/thing')).headers).not.toHaveProperty(
    'retry-after',
  );
});

test.each([
  ['a bug', new TypeError('secret detail')],
  ['an error of MongoDB about the query', new MongoServerError({ message: 'secret detail', code: 2 })],
  ['a text', 'secret detail'],
  ['undefined', undefined],
])(
  'When a route throws %s, then the response does not contain it and the log has it with the request id',
  async (_, error) => {
    const { api, log } = throwing(error);
    const response = await api.get('/api/thing').set('x-request-id', 'request-0001');
    expect(response.status).toBe(500);
    expect(response.body).toEqual({ errors: [{ message: 'Something went wrong' }] });
    const entry: unknown = JSON.parse(log.find((line) => line.includes('request failed')) ?? '{}');
    expect(entry).toMatchObject({ level: 50, requestId: 'request-0001', method: 'GET', path: '/api/thing' });
    if (error instanceof Error)
      expect(entry).toMatchObject({ err: { message: 'secret detail', stack: expect.any(String) } });
  },
);

test('When the route is unknown, then the response is 404 in the error envelope, for every method', async () => {
  const { api } = open(echo);
  for (const response of [
    await api.get('/api/nothing'),
    await api.post('/api/nothing').send({}),
    await api.delete('/api/echo'),
    await api.get('/'),
  ]) {
    expect(response.status).toBe(404);
    expect(response.body).toEqual({ errors: [{ message: 'Not Found' }] });
  }
});

test.each([
  ['malformed JSON', '{"a":', 'application/json', 400, 'Malformed JSON'],
  ['JSON that is not an object', '"text"', 'application/json', 400, 'Malformed JSON'],
  [
    'a body over the limit',
    JSON.stringify({ a: 'x'.repeat(101 * 1024) }),
    'application/json',
    413,
    'The request body is too large',
  ],
  ['a form', 'a=b', 'application/x-www-form-urlencoded', 415, 'The request body must be application/json'],
  ['text', 'a', 'text/plain', 415, 'The request body must be application/json'],
  ['an unknown charset', '{}', 'application/json; charset=klingon', 415, 'Unsupported charset'],
])('When the body is %s, then the response says so', async (_, body, type, status, message) => {
  const response = await open(echo).api.post('/api/echo').set('Content-Type', type).send(body);
  expect(response.status).toBe(status);
  expect(response.body).toEqual({ errors: [{ message }] });
});

test('When a body has an unknown or a wrong content encoding, then it is refused', async () => {
  const { api } = open(echo);
  const unknown = await api
    .post('/api/echo')
    .set('Content-Type', 'application/json')
    .set('Content-Encoding', 'klingon')
    .send('{}');
  expect(unknown.status).toBe(415);
  const mislabelled = await api
    .post('/api/echo')
    .set('Content-Type', 'application/json')
    .set('Content-Encoding', 'gzip')
    .send('{}');
  expect(mislabelled.status).toBe(400);
  expect(mislabelled.body).toEqual({ errors: [{ message: 'Malformed request' }] });
});

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part)))),
  );

test.each([
  ['a byte of ISO-8859-1', bytes('{"a":"caf', [0xe9], '"}')],
  ['a character that is cut off', bytes('{"a":"', [0xe2, 0x82], '"}')],
  ['half of a surrogate pair', bytes(String.raw`{"a":"\ud83d"}`)],
  ['the wrong half of a surrogate pair', bytes(String.raw`{"a":["\ude00\uD83D"]}`)],
  ['half of a surrogate pair in a name', bytes(String.raw`{"a":{"\udc00":1}}`)],
])('When the text of a body has %s, then the response is 400', async (_what, body) => {
  const { app } = open(echo);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${address.port}/api/echo`, { method: 'POST', headers, body });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ errors: [{ message: 'Malformed JSON' }] });
  server.close();
});

test('When the text of a body is well-formed, then it arrives unchanged', async () => {
  const text = String.raw`{"a":"é \ud83d\ude00 \\ud800 \u0000","ключ":["日本"]}`;
  const response = await open(echo).api.post('/api/echo').set('Content-Type', 'application/json').send(text);
  expect(response.body.body).toEqual(JSON.parse(text));
});

test.each(['?q=caf%E9', '?q=%ff%fe', '?%C3=1', '?q=a%ED%A0%80'])(
  'When the query %s is not UTF-8, then the response is 400',
  async (query) => {
    const response = await open(echo).api.get(`/api/echo${query}`);
    expect(response.status).toBe(400);
    expect(response.body).toEqual({ errors: [{ message: 'Malformed request' }] });
  },
);

test('When a query has a percent sign that encodes nothing, then it is accepted', async () => {
  expect((await open(echo).api.get('/api/echo?q=100%&r=%zz&s=caf%C3%A9')).status).toBe(200);
});

test('When a body is within the limit, or absent, then the request is accepted', async () => {
  const { api } = open(echo);
  const fitting = await api.post('/api/echo').send({ a: 'x'.repeat(99 * 1024) });
  expect(fitting.status).toBe(200);
  expect((await api.post('/api/echo')).status).toBe(200);
  expect((await api.get('/api/echo')).body).toEqual({ body: null, user: null });
});

test('When a body has a __proto__ key, then no prototype is changed', async () => {
  const { api } = open(echo);
  await api.post('/api/echo').set('Content-Type', 'application/json').send('{"__proto__":{"polluted":1}}');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('When the path has a malformed percent-encoding, then the response is 400 in the error envelope', async () => {
  const response = await open(echo).api.get('/api/things/%E0%A4%A');
  expect(response.status).toBe(400);
  expect(response.body).toEqual({ errors: [{ message: 'Malformed request' }] });
});

test('When a client disconnects while it sends its body, then no error is logged', async () => {
  const { app, log, observed } = open(echo);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  const socket = connect(address.port, '127.0.0.1');
  socket.write(
    'POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a"',
  );
  await once(server, 'request');
  socket.destroy();
  await eventually(() => expect(observed).toHaveLength(1));
  expect(log.filter((line) => line.includes('request failed'))).toEqual([]);
  server.close();
});

test('When a request has a well-formed id and trace, then they are kept; otherwise new ones are created', async () => {
  const { api } = open((app) => {
    app.get('/trace', (req, res) => {
      res.send(req.trace);
    });
  });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const kept = await api
    .get('/trace')
    .set('x-request-id', 'abc-12345')
    .set('traceparent', `00-${traceId}-b7ad6b7169203331-01`);
  expect(kept.headers['x-request-id']).toBe('abc-12345');
  expect(kept.body).toEqual({ correlationId: 'abc-12345', traceId });
  for (const bad of ['short', 'x'.repeat(65), 'has spaces in it', '<script>alert(1)</script>']) {
    const made = await api.get('/trace').set('x-request-id', bad).set('traceparent', 'nonsense');
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.body).toEqual({
      correlationId: made.headers['x-request-id'],
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  }
});

test('When a request passed proxies, then its client address is the one that the trusted proxies name', async () => {
  const { api } = open((app) => {
    app.get('/who', (req, res) => {
      res.send(req.clientAddress);
    });
  });
  const forwarded = '198.51.100.1, 203.0.113.7, 34.120.1.2';
  expect((await api.get('/who').set('X-Forwarded-For', forwarded)).text).toBe('203.0.113.7');
});

test('When a browser sends a request for another site, then the answer is 403 and the route is not reached', async () => {
  const reached: string[] = [];
  const { api } = open((app) => {
    app.all('/api/out', (req, res) => {
      reached.push(req.method);
      res.send({});
    });
  });
  const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  const form = await api.post('/api/out').set(foreign).type('form').send('a=b');
  for (const response of [
    form,
    await api.delete('/api/out').set(foreign),
    await api.options('/api/out').set(foreign),
  ]) {
    expect(response.status).toBe(403);
    expect(response.body).toEqual({ errors: [{ message: 'Requests from other sites are refused' }] });
  }
  expect((await api.get('/api/out').set(foreign)).status).toBe(200);
  const own = { Origin: 'http://tickets.example', 'Sec-Fetch-Site': 'same-origin' };
  expect((await api.post('/api/out').set(own).send({})).status).toBe(200);
  expect(reached).toEqual(['GET', 'POST']);
});

test('When a response is sent, then it has the security headers and does not name the framework', async () => {
  const { headers } = await open(echo).api.get('/api/echo');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toBe("default-src 'none';base-uri 'none';frame-ancestors 'none'");
  expect(headers).not.toHaveProperty('x-powered-by');
});

const signIn = (app: Express): void => {
  app.post('/in', (req, res) => {
    req.session = { jwt: tokens.sign(user) };
    res.send({});
  });
  app.post('/out', (req, res) => {
    req.session = null;
    res.send({});
  });
  app.get('/me', requireAuth, (req, res) => {
    res.send(currentUserOf(req));
  });
};
const encode = (value: unknown): string => `session=${Buffer.from(JSON.stringify(value)).toString('base64')}`;
const cookieOf = (response: { readonly headers: Readonly<Record<string, unknown>> }): string =>
  String(response.headers['set-cookie']);

test('When the site is plain http, then the session cookie is HTTP-only, lax and expires, and is not secure', async () => {
  const { api } = open(signIn);
  const cookie = cookieOf(await api.post('/in'));
  expect(cookie).toMatch(/^session=[\w+/=-]+; path=\/; expires=[^;]+; samesite=lax; httponly$/);
  expect(JSON.parse(Buffer.from(/session=([^;]+)/.exec(cookie)?.[1] ?? '', 'base64').toString())).toEqual({
    jwt: expect.any(String),
  });
  const days = (Date.parse(/expires=([^;]+)/.exec(cookie)?.[1] ?? '') - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThanOrEqual(7);
});

test('When the site is https and TLS ends at a proxy, then the session cookie is secure', async () => {
  expect(cookieOf(await open(signIn, { secure: true }).api.post('/in'))).toMatch(/; samesite=lax; secure; httponly$/);
});

test('When the site is https and a request came by plain http, then the response is 403 and no redirect', async () => {
  const { api } = open(echo, { secure: true });
  for (const request of [api.get('/api/echo'), api.post('/api/echo').send({}), api.get('/unknown')]) {
    const response = await request.set('X-Forwarded-Proto', 'http');
    expect([response.status, response.body]).toEqual([403, { errors: [{ message: 'Use https' }] }]);
  }
  expect((await api.get('/api/echo').set('X-Forwarded-Proto', 'https')).status).toBe(200);
  expect((await open(echo).api.get('/api/echo').set('X-Forwarded-Proto', 'http')).status).toBe(200);
});

test('When a user signs out, then the cookie is cleared', async () => {
  const { api } = open(signIn);
  const signedIn = cookieOf(await api.post('/in')).split(';')[0] ?? '';
  expect(cookieOf(await api.post('/out').set('Cookie', signedIn))).toMatch(
    /^session=; path=\/; expires=Thu, 01 Jan 1970 00:00:00 GMT; /,
  );
});

test('When a request has a valid session, then its user is known, and otherwise the response is 401', async () => {
  const { api } = open(signIn);
  const cookie = cookieOf(await api.post('/in')).split(';')[0] ?? '';
  const known = await api.get('/me').set('Cookie', cookie);
  expect(known.body).toEqual({ ...user, expiresAt: expect.any(Number) });
  const forged = createSessionTokens(['another key of 32 bytes for tests']).sign(user);
  for (const bad of [
    '',
    'session=',
    'session=%%%',
    'session=bm9uc2Vuc2U=',
    encode({ jwt: forged }),
    encode({ jwt: { $gt: '' } }),
    encode([]),
    encode(null),
  ]) {
    const response = await api.get('/me').set('Cookie', bad);
    expect([bad, response.status]).toEqual([bad, 401]);
    expect(response.body).toEqual({ errors: [{ message: 'Not authorized' }] });
  }
});

test('When a cookie header is unusual, then the user is that of the session that routes see', async () => {
  const { api } = open((app) => {
    app.get('/both', (req, res) => {
      res.send({ user: req.currentUser?.id, session: tokens.verify(req.session?.jwt)?.id });
    });
  });
  const [one, other] = ['one', 'other'].map((id) =>
    encode({ jwt: tokens.sign({ ...user, id }) }).slice('session='.length),
  );
  const expected = [
    [`a=b; session=${one}; c=d`, 'one'],
    [`a=b;   session=${one}`, 'one'],
    [`session=${one}; session=${other}`, 'one'],
    [`session="${one}"`, 'one'],
    [`xsession=${other}; session=${one}`, 'one'],
    [`session.sig=x; session=${one}`, 'one'],
    [`session=; session=${one}`, undefined],
    [`xsession=${one}`, undefined],
    [`Session=${one}`, undefined],
    [`session=%22${one}%22`, undefined],
  ] as const;
  for (const [cookie, id] of expected) {
    const { body } = await api.get('/both').set('Cookie', cookie);
    expect([cookie, body]).toEqual([cookie, id === undefined ? {} : { user: id, session: id }]);
  }
});

test('When a route needs a session, then no cache stores its answers, whatever they are', async () => {
  const me = route({ name: 'me', response: { description: 'The user' } }, () => (req, res) => {
    res.json(currentUserOf(req));
  });
  const { api } = open((app) => {
    signIn(app);
    serve([on.get('/mine', 'reading', [signedIn], me)], undefined)(app);
  });
  const cookie = cookieOf(await api.post('/in')).split(';')[0] ?? '';
  const [known, unknown, missing] = [
    await api.get('/mine').set('Cookie', cookie),
    await api.get('/mine'),
    await api.get('/nothing'),
  ];
  expect([known.status, unknown.status, missing.status]).toEqual([200, 401, 404]);
  for (const { headers } of [known, unknown, missing]) expect(headers['cache-control']).toBe('private, no-store');
});

test('When the database is known to be unreachable, then every route returns 503 at once', async () => {
  const { api, goDown } = open(echo);
  goDown();
  const response = await api.get('/api/echo');
  expect(response.status).toBe(503);
  expect(response.body).toEqual({ errors: [{ message: 'The database is temporarily unavailable, please try again' }] });
});

test('When the database becomes unreachable while a route waits for it, then the response is 503, and what the route does later has no effect', async () => {
  const late = Promise.withResolvers<void>();
  const entered: string[] = [];
  const { app, goDown, log } = open((routes) => {
    routes.get('/api/slow', async (_req, res) => {
      entered.push('slow');
      await late.promise;
      res.send({});
    });
    routes.get('/api/slow-failure', async () => {
      entered.push('slow failure');
      await late.promise;
      throw new Error('too late');
    });
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  const agent = new Agent({ keepAlive: true });
  const waiting = ['/api/slow', '/api/slow-failure'].map(
    (path) =>
      new Promise((resolve) => {
        get({ agent, port: address.port, path }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode));
        });
      }),
  );
  await eventually(() => expect(entered).toHaveLength(2));
  goDown();
  expect(await Promise.all(waiting)).toEqual([503, 503]);
  late.resolve();
  await setImmediate();
  expect(log.filter((line) => line.includes('request failed'))).toEqual([]);
  // The client can reuse its connection: a later error of the handler does not close it.
  await throughout(() => expect(connections.map((socket) => socket.destroyed)).toEqual([false, false]), 100);
  agent.destroy();
  server.close();
});

test('When a path takes raw bodies, then it gets their bytes unchanged, up to the limit, and other paths get parsed bodies', async () => {
  const { api } = open(
    (app) => {
      app.post('/hook', (req, res) => {
        res.send({ bytes: Buffer.isBuffer(req.body) ? req.body.toString('hex') : 'none' });
      });
      echo(app);
    },
    { raw: ['/hook'] },
  );
  const raw = await api.post('/hook').set('Content-Type', 'application/json').send('{ "a" :1}');
  expect(raw.body).toEqual({ bytes: Buffer.from('{ "a" :1}').toString('hex') });
  const large = await api
    .post('/hook')
    .set('Content-Type', 'application/json')
    .send('x'.repeat(101 * 1024));
  expect(large.status).toBe(413);
  expect((await api.post('/api/echo').send({ a: 1 })).body.body).toEqual({ a: 1 });
});

test('When a request is in progress, then it takes some of the room for requests until its response is sent', async () => {
  const { api, taken } = open(echo);
  await api.get('/api/echo').expect(200);
  await eventually(() => expect(taken).toEqual([1 / 5_000, 0]));
});

test('When a response was sent, then its request is logged and observed by its route, without body, cookie or query', async () => {
  const { api, log, observed } = open(echo);
  await api.post('/api/echo?token=tok_secret').set('Cookie', 'session=secret').send({ password: 'secret' });
  await api.get('/api/things/42');
  await api.get('/api/nothing');
  expect(observed.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
    'POST /api/echo 200',
    'GET /api/things/:id 200',
    'GET none 404',
  ]);
  expect(log.join('')).not.toContain('secret');
  expect(JSON.parse(log[0] ?? '{}')).toMatchObject({
    msg: 'request',
    requestId: expect.any(String),
    traceId: expect.any(String),
    path: '/api/echo',
    status: 200,
  });
});

const cookieWith = (jwt: unknown) => `session=${Buffer.from(JSON.stringify({ jwt })).toString('base64')}`;
const ann = { id: 'ann', email: 'ann@example.com', sid: 's2', startedAt: 1 };

test('When a session token has another signature or form, then the security log records it, and not the lack of one', async () => {
  const { api, log, counted } = open(echo);
  const foreign = createSessionTokens(['another key of 32 bytes for tests']).sign(ann);
  await api.get('/api/echo').set('Cookie', cookieWith(foreign));
  await api.get('/api/echo').set('Cookie', cookieWith('a.b.c'));
  expect(counted).toEqual(['invalid_token', 'invalid_token']);
  for (const cookie of ['', 'session=nonsense', cookieWith(undefined), cookieWith(tokens.sign(ann))])
    await api.get('/api/echo').set('Cookie', cookie);
  expect(counted).toHaveLength(2);
  expect(log.join('')).not.toContain(foreign);
});

test('When a signed-in user is refused as not the owner, then the security log records it, and not the lack of a session', async () => {
  const { api, log, counted } = throwing(new errors.NotAuthorizedError());
  await api.get('/api/thing');
  expect(counted).toEqual([]);
  await api
    .get('/api/thing')
    .set('Cookie', cookieWith(tokens.sign(ann)))
    .set('X-Forwarded-For', '203.0.113.7');
  expect(counted).toEqual(['foreign_access']);
  expect(log.map((line) => JSON.parse(line)).find(({ event }) => event === 'foreign_access')).toMatchObject({
    log: 'security',
    address: '203.0.113.7',
    userId: 'ann',
    requestId: expect.any(String),
  });
});

test('When a request is above a limit or for another site, then the security log records it', async () => {
  const limited = throwing(new errors.TooManyRequestsError(7, 'writing'));
  await limited.api.get('/api/thing');
  expect(limited.counted).toEqual(['limited']);
  expect(limited.log.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ event: 'limited', limit: 'writing' }),
  );
  const crossSite = open(echo);
  await crossSite.api.post('/api/echo').set('Origin', 'https://evil.example').send({});
  expect(crossSite.counted).toEqual(['cross_site']);
});

test('When a request fails in another way, then the security log records nothing', async () => {
  for (const error of [new errors.BadRequestError('No'), new errors.NotFoundError(), new Error('a bug')]) {
    const { api, counted } = throwing(error);
    await api.get('/api/thing').set('Cookie', cookieWith(tokens.sign(ann)));
    expect(counted).toEqual([]);
  }
});

test.each(['known to have ended', 'found to have ended'])(
  'When a session is %s, then the request has no user, and the security log records it',
  async (sid) => {
    const { api, counted } = open(echo);
    const { body } = await api.get('/api/echo').set('Cookie', cookieWith(tokens.sign({ ...ann, sid })));
    expect(body.user).toBeNull();
    expect(counted).toEqual(['invalid_token']);
  },
);

test('When a session ends whose token was accepted before, then its next request has no user', async () => {
  const { api, counted, ended } = open(echo);
  const cookie = cookieWith(tokens.sign({ ...ann, sid: 'ends now' }));
  expect((await api.get('/api/echo').set('Cookie', cookie)).body.user).toMatchObject({ id: ann.id });
  ended.add('ends now');
  expect((await api.get('/api/echo').set('Cookie', cookie)).body.user).toBeNull();
  expect(counted).toEqual(['invalid_token']);
});

test('When a token has expired, then the security log records it', async () => {
  const { api, counted } = open(echo);
  const expired = jsonwebtoken.sign(ann, 'a key of 32 bytes for tests only', { expiresIn: -1 });
  await api.get('/api/echo').set('Cookie', cookieWith(expired));
  expect(counted).toEqual(['invalid_token']);
});
