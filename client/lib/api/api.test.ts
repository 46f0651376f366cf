import { expect, test } from '@jest/globals';
import { AxiosError, AxiosHeaders, create, type AxiosAdapter } from 'axios';
import { createApi } from './api.ts';
import { getTicket, signIn } from './marketplace.ts';

interface Reply {
  readonly status: number;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** No answer, for this reason. */
  readonly code?: string;
}

/** An API whose server gives the replies in turn. */
const answering = (...replies: readonly Reply[]) => {
  let calls = 0;
  const adapter: AxiosAdapter = async (config) => {
    const reply = replies[calls++] ?? { status: 0, code: 'ECONNREFUSED' };
    if (reply.code !== undefined) throw new AxiosError('no answer', reply.code);
    return { status: reply.status, statusText: '', data: reply.data, headers: new AxiosHeaders(reply.headers), config };
  };
  return { api: createApi(create({ adapter })), calls: () => calls };
};

const ticket = { id: 't1', version: 0, title: 'Final', price: 20, userId: 'seller' };

test('When the answer is what its schema says, then its data and headers are given', async () => {
  const { api } = answering({ status: 200, data: { ...ticket, later: true }, headers: { 'x-total-count': '3' } });
  const result = await getTicket(api, 't1');
  expect(result).toMatchObject({ ok: true, data: ticket });
  expect(result.ok && result.header('x-total-count')).toBe('3');
});

test('When a service refuses, then its words, fields and the time to wait are given', async () => {
  const errors = [{ message: 'Email must be valid', field: 'email' }];
  const { api } = answering({ status: 429, data: { errors }, headers: { 'retry-after': '30' } });
  expect(await getTicket(api, 't1')).toEqual({ ok: false, failure: { status: 429, errors, retryAfter: 30 } });
});

test.each([
  [{ status: 502, data: '<html>Bad gateway</html>' }, 502],
  [{ status: 200, data: { id: 't1' } }, 502],
  [{ status: 0, code: 'ECONNREFUSED' }, 0],
])('When the answer is %j, then the failure has the status %d and no words of its own', async (reply, status) => {
  const { api } = answering(reply);
  expect(await getTicket(api, 't1')).toMatchObject({ ok: false, failure: { status, errors: [] } });
});

test('When a kept connection was closed, then reading is tried once more, and sending is not', async () => {
  const closed = { status: 0, code: 'ECONNRESET' };
  const reading = answering(closed, { status: 200, data: ticket });
  expect((await getTicket(reading.api, 't1')).ok).toBe(true);
  const twice = answering(closed, closed, { status: 200, data: ticket });
  expect((await getTicket(twice.api, 't1')).ok).toBe(false);
  expect(twice.calls()).toBe(2);
  const sending = answering(closed, { status: 200, data: { id: 'u1', email: 'ada@example.com' } });
  expect((await signIn(sending.api, { email: 'ada@example.com', password: 'secret' })).ok).toBe(false);
  expect(sending.calls()).toBe(1);
});
