import { expect, test } from '@jest/globals';
import pino from 'pino';
import { eventually } from '../testing/eventually.ts';
import { createSecurityLog } from './security-log.ts';

interface Options {
  readonly level?: string;
  readonly windowMs?: number;
  readonly maxWindows?: number;
}

const open = ({ level = 'info', ...bounds }: Options = {}) => {
  const lines: Record<string, unknown>[] = [];
  const counted: string[] = [];
  const logger = pino(
    { level, base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line)) },
  );
  const log = createSecurityLog({
    logger,
    count: (event) => counted.push(event),
    accountOf: ({ body }) => (typeof body?.email === 'string' ? 'hash of the e-mail' : undefined),
    ...bounds,
  });
  return { ...log, lines, counted };
};

const from = (clientAddress: string) => ({
  clientAddress,
  headers: { 'user-agent': 'Mozilla/5.0', cookie: 'session=secret', authorization: 'secret' },
  body: { email: 'ann@example.com', password: 'secret', token: 'secret' },
  trace: { correlationId: 'request-1', traceId: '0'.repeat(32) },
});

test('When an event is recorded, then a line says who, from where and in which request, and contains no secrets', () => {
  const { record, lines } = open();
  record(from('203.0.113.1'), 'sign_in_failed');
  expect(lines).toEqual([
    {
      level: 30,
      log: 'security',
      event: 'sign_in_failed',
      address: '203.0.113.1',
      userAgent: 'Mozilla/5.0',
      requestId: 'request-1',
      account: 'hash of the e-mail',
      msg: 'security event',
    },
  ]);
});

test('When the session, the limit or the account is known, then the line has it', () => {
  const { record, lines } = open();
  const currentUser = { id: 'ann', email: 'ann@example.com', sid: 's1', startedAt: 1 };
  record({ ...from('203.0.113.1'), currentUser }, 'limited', { limit: 'writing' });
  record({ ...from('203.0.113.1'), currentUser }, 'password_reset', { userId: 'bob', account: 'hash of bob' });
  expect(lines).toEqual([
    expect.objectContaining({ userId: 'ann', limit: 'writing' }),
    expect.objectContaining({ userId: 'bob', account: 'hash of bob' }),
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/example\.com|secret/);
});

test('When the user agent is long or missing, then its first 200 characters are logged, or none', () => {
  const { record, lines } = open();
  record({ ...from('203.0.113.1'), headers: { 'user-agent': 'x'.repeat(5_000) } }, 'limited');
  record({ ...from('203.0.113.1'), headers: {} }, 'limited');
  expect(lines.map(({ userAgent }) => userAgent)).toEqual(['x'.repeat(200), undefined]);
});

test('When one network causes many events of a kind in a minute, then 20 have lines, all are counted, and a line sums up the rest', async () => {
  const { record, lines, counted } = open({ windowMs: 200 });
  for (let index = 0; index < 50; index += 1) record(from(`2001:db8:1:1${index % 4}::${index}`), 'sign_in_failed');
  record(from('2001:db8:1:11::1'), 'limited');
  record(from('203.0.113.1'), 'sign_in_failed');
  expect(lines.map(({ event }) => event)).toEqual([
    ...Array.from({ length: 20 }, () => 'sign_in_failed'),
    'limited',
    'sign_in_failed',
  ]);
  expect(counted).toHaveLength(52);
  await eventually(() =>
    expect(lines.slice(22)).toEqual([
      {
        level: 30,
        log: 'security',
        event: 'sign_in_failed',
        address: '20010db8000100/56',
        more: 30,
        msg: 'more security events',
      },
    ]),
  );
  record(from('2001:db8:1:11::1'), 'sign_in_failed');
  expect(lines.at(-1)).toMatchObject({ address: '2001:db8:1:11::1' });
});

test('When the process stops within the minute, then the rest is summed up too, once', () => {
  const { record, flush, lines } = open();
  for (let index = 0; index < 21; index += 1) record(from('203.0.113.1'), 'limited');
  flush();
  flush();
  expect(lines.slice(20)).toEqual([expect.objectContaining({ event: 'limited', address: '203.0.113.1', more: 1 })]);
});

test('When there are more networks than it remembers, then those forgotten are summed up', () => {
  const { record, lines } = open({ maxWindows: 3 });
  for (let index = 0; index < 25; index += 1) record(from('203.0.113.1'), 'limited');
  for (let index = 2; index < 5; index += 1) record(from(`203.0.113.${index}`), 'limited');
  expect(lines.filter(({ more }) => more !== undefined)).toEqual([
    expect.objectContaining({ address: '203.0.113.1', more: 5 }),
  ]);
});

test.each([
  ['error', 1],
  ['trace', 1],
  ['silent', 0],
])('When LOG_LEVEL is %s, then an event has %d lines, and it is counted', (level, expected) => {
  const { record, lines, counted } = open({ level });
  record(from('203.0.113.1'), 'signed_in');
  expect([lines.length, counted]).toEqual([expected, ['signed_in']]);
});

test('When operators act many times within a minute, then every line is written, with name and subject', () => {
  const { recordOperator, lines } = open();
  const trace = { correlationId: 'command-1', traceId: '0'.repeat(32) };
  for (let count = 0; count < 30; count += 1)
    recordOperator({ event: 'refund_ordered', operator: 'olga', subject: `order-${count}`, trace });
  expect(lines).toHaveLength(30);
  expect(lines[29]).toMatchObject({
    log: 'security',
    event: 'refund_ordered',
    operator: 'olga',
    subject: 'order-29',
    requestId: 'command-1',
  });
});
