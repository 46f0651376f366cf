import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@ticketing/common/service';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { readConfig } from './config.ts';
import { startMailbox } from './mailbox.ts';
import { openStore } from './store.ts';

const quiet = createLogger({ service: 'mailbox', level: 'silent' });

let directory: string;
let mailbox: Awaited<ReturnType<typeof startMailbox>>;

const start = () => startMailbox(readConfig({ PORT: '0', SMTP_PORT: '0', DATA_DIR: directory }), quiet);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mailbox-'));
  mailbox = await start();
});
afterEach(async () => {
  await mailbox.stop();
  await rm(directory, { recursive: true, force: true });
});

const send = (mail: SendMailOptions = {}, timeoutMs = 30_000) =>
  createTransport({
    url: mailbox.smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  }).sendMail({
    from: 'Ticketing <tickets@example.com>',
    to: 'anna@example.com',
    subject: 'Paid',
    text: 'See https://tickets.example/orders/1?a=1&b=2',
    html: '<p>See <a href="https://tickets.example/orders/1">the order</a></p>',
    messageId: '<1@example.com>',
    ...mail,
  });

const request = async (
  path: string,
  { headers, ...init }: { method?: string; body?: string; headers?: Record<string, string> } = {},
) => {
  const response = await fetch(`${mailbox.url}${path}`, { ...init, headers: { Connection: 'close', ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const messages = async (to?: string): Promise<unknown> =>
  JSON.parse((await request(`/messages${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`)).text);

const behave = (body: unknown, headers: Record<string, string> = {}) =>
  request('/mailbox/behaviour', { method: 'POST', body: JSON.stringify(body), headers });

const storedMail = (text: string) => ({
  messageId: '',
  from: '',
  to: 'a@example.com',
  subject: '',
  text,
  html: '',
  receivedAt: new Date().toISOString(),
  attachments: [],
});

test('When a mail arrives, then it is listed with all its parts, and found by its address in any case', async () => {
  await send({ attachments: [{ filename: 'event.ics', contentType: 'text/calendar', content: 'BEGIN:VCALENDAR' }] });
  const mail = {
    id: '000000000001',
    messageId: '<1@example.com>',
    from: '"Ticketing" <tickets@example.com>',
    to: 'anna@example.com',
    subject: 'Paid',
    text: expect.stringContaining('https://tickets.example/orders/1'),
    html: expect.stringContaining('href="https://tickets.example/orders/1"'),
    receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    attachments: [{ filename: 'event.ics', contentType: 'text/calendar', size: 15 }],
  };
  expect(await messages('Anna@Example.com')).toEqual([mail]);
  expect(await messages()).toEqual([mail]);
  expect(await messages('other@example.com')).toEqual([]);
});

test('When the mailbox is restarted, then it has its mails, newest first, and numbers new ones after them', async () => {
  await send({ subject: 'first' });
  await send({ subject: 'second' });
  await mailbox.stop();
  mailbox = await start();
  await send({ subject: 'third' });
  expect(await messages()).toMatchObject([
    { id: '000000000003', subject: 'third' },
    { subject: 'second' },
    { subject: 'first' },
  ]);
});

test('When there are more mails, or more bytes of them, than are kept, then the oldest are deleted, and only the owner of the files reads them', async () => {
  const folder = join(directory, 'store');
  const byNumber = openStore(folder, { maxMails: 3, maxBytes: 1_000_000 });
  for (const text of ['1', '2', '3', '4']) byNumber.add(storedMail(text));
  expect(byNumber.list().map(({ text }) => text)).toEqual(['4', '3', '2']);
  const files = await readdir(folder);
  expect(files).toHaveLength(3);
  for (const file of files) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  const byBytes = openStore(folder, { maxMails: 100, maxBytes: 4_700 });
  byBytes.add(storedMail('x'.repeat(4_500)));
  expect(byBytes.list()).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['000000000005.json']);
});

test('When a page is opened, then it shows markup in a subject as text, the HTML without scripts and links that work', async () => {
  await send({
    subject: '<script>alert(1)</script>',
    html: '<script>alert(2)</script><a href="https://tickets.example/">Go</a>',
  });
  const list = await request('/');
  expect(list.text).toContain('href="/mails/000000000001"');
  const mail = await request('/mails/000000000001');
  for (const { text, headers } of [list, mail]) {
    expect(text).not.toContain('<script');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  }
  expect(mail.text).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
  expect(mail.text).toContain('<a href="https://tickets.example/orders/1?a=1&amp;b=2"');
  expect((await request('/mails/7')).status).toBe(404);
});

test.each([
  { smtp: 'off', problem: 'ECONNREFUSED' },
  // Whichever of the sender's two time limits is over first.
  { smtp: 'hang', problem: /Greeting never received|Timeout/, timeoutMs: 300 },
  { smtp: '4xx', problem: '451' },
  { smtp: '5xx', problem: '550' },
])(
  'When the mail server is set to $smtp, then a mail fails with $problem, and the next one after `on` arrives',
  async ({ smtp, problem, timeoutMs }) => {
    expect(await behave({ smtp })).toMatchObject({ status: 200, text: JSON.stringify({ smtp }) });
    await expect(send({}, timeoutMs)).rejects.toThrow(problem);
    expect(await messages()).toEqual([]);
    await behave({ smtp: 'on' });
    await send();
    expect(await messages()).toHaveLength(1);
  },
);

test('When the mail server loses replies, then the sender gets an error, and the mail is stored', async () => {
  await behave({ smtp: 'lost-reply' });
  await expect(send()).rejects.toThrow();
  expect(await messages()).toHaveLength(1);
});

/** The status of a request for this host: `fetch` sets no `Host`. */
const statusFor = async (host: string): Promise<number | undefined> => {
  const [response] = await once(get(`${mailbox.url}/messages`, { headers: { host }, agent: false }), 'response');
  response.resume();
  return response.statusCode;
};

test('When a request is for a host that is neither of loopback nor allowed, then it is refused', async () => {
  await mailbox.stop();
  const env = { PORT: '0', SMTP_PORT: '0', DATA_DIR: directory, ALLOWED_HOSTS: 'mailbox, Mail.Example' };
  mailbox = await startMailbox(readConfig(env), quiet);
  for (const host of [
    'localhost',
    'LOCALHOST:8025',
    '127.0.0.1:1',
    '[::1]:8025',
    'dev.localhost',
    'mailbox:8025',
    'mail.example',
  ])
    expect([host, await statusFor(host)]).toEqual([host, 200]);
  for (const host of [
    'evil.test',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    'evil.test:8025',
    '10.0.0.1',
    'mailbox.evil.test',
  ])
    expect([host, await statusFor(host)]).toEqual([host, 403]);
});

test('When a behaviour is unknown, or set by a page of another site, then nothing changes', async () => {
  expect(await behave({ smtp: 'slow' })).toMatchObject({ status: 400 });
  expect(await behave({ smtp: 'off' }, { Origin: 'https://elsewhere.example' })).toMatchObject({ status: 403 });
  expect(await request('/mailbox/behaviour')).toMatchObject({ text: JSON.stringify({ smtp: 'on' }) });
});
