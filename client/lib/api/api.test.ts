import { expect, test } from '@jest/globals';
import { AxiosError, AxiosHeaders, create, type AxiosAdapter } from 'axios';
import { once } from 'node:events';
import { Agent, createServer } from 'node:http';
import * as z from 'zod/mini';
import { createApi } from './api.ts';
import { getTicket, signIn } from './marketplace.ts';

interface FakeResponse {
  readonly status: number;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Axios's error code if there is no response. */
  readonly code?: string;
}

/** An API whose server returns the responses in turn. */
const apiOf = (...responses: readonly FakeResponse[]) => {
  let calls = 0;
  const adapter: AxiosAdapter = async (config) => {
    const { status, data, headers, code } = responses[calls++] ?? { status: 0, code: 'ECONNREFUSED' };
    if (code !== undefined) throw new AxiosError('no response', code);
    return { status, statusText: '', data, headers: new AxiosHeaders(headers), config };
  };
  return { api: createApi(create({ adapter })), calls: () => calls };
};

const ticket = { id: 't1', version: 0, delivery: 'by_seller', title: 'Final', price: 20, userId: 'seller' };

test('When a response matches its schema, then its data and headers are returned', async () => {
  const { api } = apiOf({ status: 200, data: { ...ticket, later: true }, headers: { 'x-total-count': '3' } });
  const result = await getTicket(api, 't1');
  expect(result).toMatchObject({ ok: true, data: ticket });
  expect(result.ok && result.header('x-total-count')).toBe('3');
});

test('When a service returns an error, then its messages, fields and Retry-After are returned', async () => {
  const errors = [{ message: 'Email must be valid', field: 'email' }];
  const { api } = apiOf({ status: 429, data: { errors }, headers: { 'retry-after': '30' } });
  expect(await getTicket(api, 't1')).toEqual({ ok: false, failure: { status: 429, errors, retryAfter: 30 } });
});

test.each([
  [{ status: 502, data: '<html>Bad gateway</html>' }, 502],
  [{ status: 200, data: { id: 't1' } }, 502],
  [{ status: 0, code: 'ECONNREFUSED' }, 0],
])('When the response is %j, then the failure has the status %d and no messages', async (response, status) => {
  const { api } = apiOf(response);
  expect(await getTicket(api, 't1')).toMatchObject({ ok: false, failure: { status, errors: [] } });
});

test('When a server has closed every connection of the pool, then a GET is retried on a new one', async () => {
  let isEnding = false;
  const server = createServer((req, res) => {
    // A replica that ends: connections of before are closed, those of the next replica are not.
    if (isEnding && old.has(req.socket)) req.socket.destroy();
    else res.setHeader('Content-Type', 'application/json').end(JSON.stringify(ticket));
  });
  const old = new Set<unknown>();
  server.on('connection', (socket) => isEnding || old.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = z.object({ port: z.number() }).parse(server.address());
  const pool = new Agent({ keepAlive: true });
  try {
    const http = create({ baseURL: `http://127.0.0.1:${address.port}`, httpAgent: pool, adapter: 'http' });
    const api = createApi(http, { httpAgent: new Agent() });
    await Promise.all([getTicket(api, 't1'), getTicket(api, 't1'), getTicket(api, 't1')]);
    expect(old.size).toBe(3);
    isEnding = true;
    expect(await getTicket(api, 't1')).toMatchObject({ ok: true, data: ticket });
  } finally {
    pool.destroy();
    server.close();
  }
});

test('When a keep-alive connection was closed, then a GET is retried once and a POST is not', async () => {
  const closed = { status: 0, code: 'ECONNRESET' };
  const reading = apiOf(closed, { status: 200, data: ticket });
  expect((await getTicket(reading.api, 't1')).ok).toBe(true);
  const twice = apiOf(closed, closed, { status: 200, data: ticket });
  expect((await getTicket(twice.api, 't1')).ok).toBe(false);
  expect(twice.calls()).toBe(2);
  const sending = apiOf(closed, { status: 200, data: { id: 'u1', email: 'ada@example.com' } });
  expect((await signIn(sending.api, { email: 'ada@example.com', password: 'secret' })).ok).toBe(false);
  expect(sending.calls()).toBe(1);
});
