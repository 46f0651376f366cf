import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OperatorAction } from '@ticketing/common/operator';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { NotFoundError } from './not-found-error.ts';
import { runOperatorCommand } from './operator-command.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let databases: Databases;

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'operator');
});
beforeEach(async () => {
  await Promise.all([log().deleteMany({}), requests('auth').deleteMany({}), requests('payments').deleteMany({})]);
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const log = () => databases.of.auth.collection<OperatorAction>('operator-actions');
const requests = (service: 'auth' | 'payments') => under.collection(service, 'operator-requests');
const run = async (name: string, args: readonly string[], timeoutMs = 20_000) => {
  const lines: string[] = [];
  const code = await runOperatorCommand({
    name,
    databases,
    args,
    by: 'olga',
    print: (line) => lines.push(line),
    timeoutMs,
  });
  return { code, lines };
};
/** Carries out the request, as the service does; returns what the log said before. */
const carryOut = (service: 'auth' | 'payments', outcome: string) =>
  under.system.eventually(async () => {
    const request = await requests(service).findOne({ doneAt: { $exists: false } });
    expect(request).not.toBeNull();
    const before = await log().findOne({});
    await requests(service).updateOne({ _id: request?._id ?? '' }, { $set: { doneAt: new Date(), outcome } });
    return before;
  });

test('When an action is requested, then the log has it before, and its result afterwards', async () => {
  const [{ code, lines }, before] = await Promise.all([
    run('refund', ['order-1', '--reason', 'called off']),
    carryOut('payments', 'ordered'),
  ]);
  expect([code, lines]).toEqual([0, ['order order-1 is being refunded']]);
  const action = { by: 'olga', action: 'refund', args: ['order-1', '--reason', 'called off'], at: expect.any(Date) };
  expect(before).toEqual({ _id: expect.any(String), ...action });
  expect(await log().find().toArray()).toEqual([
    {
      _id: before?._id,
      ...action,
      doneAt: expect.any(Date),
      exitCode: 0,
      result: 'order order-1 is being refunded',
    },
  ]);
  const printed = [
    expect.stringMatching(/^\S+Z olga: refund order-1 --reason "called off" \(exit code 0\)\n {2}\| order order-1 is/),
  ];
  expect(await run('log', [])).toEqual({ code: 0, lines: printed });
  expect(await run('log', ['order-1'])).toEqual({ code: 0, lines: printed });
  expect(await run('log', ['order-2'])).toEqual({ code: 0, lines: [] });
  expect(await log().countDocuments()).toBe(1);
});

test('When an account is named by its e-mail, then the request and the log have its id', async () => {
  const email = 'ann@xn--bcher-kva.example';
  await under.collection('auth', 'users').insertOne({ _id: 'ann', email });
  const [{ code }] = await Promise.all([run('end-sessions', [' Ann@BÜCHER.example ']), carryOut('auth', 'ended')]);
  expect(code).toBe(0);
  expect(await requests('auth').findOne({})).toMatchObject({ subject: 'ann' });
  expect(JSON.stringify(await log().find().toArray()).toLowerCase()).not.toContain('example');
  expect(await log().countDocuments({ args: 'ann' })).toBe(1);
});

test('When no account has the e-mail, then nothing is requested', async () => {
  await expect(run('end-sessions', ['nobody@example.com'])).rejects.toThrow(NotFoundError);
  expect(await requests('auth').countDocuments()).toBe(0);
});

test('When an address of the site names the subject, then the request has its id, and the reason is left as it is', async () => {
  const id = '6b0d99f4d8a077855ce60bc0';
  const reason = 'https://status.example/incidents/6b0d99f4d8a077855ce60bc1';
  const [{ code }] = await Promise.all([
    run('refund', [` https://tickets.example/orders/${id}?from=mail `, '--reason', reason]),
    carryOut('payments', 'ordered'),
  ]);
  expect(code).toBe(0);
  expect(await requests('payments').findOne({})).toMatchObject({ subject: id, reason });
});

test('When nothing has the id, then the log has the exit code of the command', async () => {
  await expect(run('order', ['nothing'])).rejects.toThrow(NotFoundError);
  expect(await log().findOne({})).toMatchObject({ exitCode: 1 });
});

test('When a service does not respond, then the log says so', async () => {
  expect((await run('release', ['order-1', '--reason', 'x'], 500)).code).toBe(1);
  expect(await log().findOne({})).toMatchObject({ exitCode: 1, result: expect.stringContaining('order-1 waits') });
});

test('When the arguments are wrong, then the log says so', async () => {
  await expect(run('refund', ['order-1'])).rejects.toThrow(UsageError);
  expect(await log().findOne({})).toMatchObject({ exitCode: 2, result: expect.stringContaining('Reason') });
});

test('When problems are listed, then the log has the command without what it has printed', async () => {
  expect((await run('problems', [])).code).toBe(0);
  const [entry] = await log().find().toArray();
  expect(entry).toMatchObject({ action: 'problems', exitCode: 0 });
  expect(entry).not.toHaveProperty('result');
});
