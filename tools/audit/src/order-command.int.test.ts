import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { runRecordRefundCommand, runRefundCommand, runReleaseCommand } from './order-command.ts';
import { runProblemsCommand } from './problems-command.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let databases: Databases;

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'refund');
});
beforeEach(async () => {
  await requests().deleteMany({});
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const requests = () => under.collection('payments', 'operator-requests');
const commands = {
  refund: runRefundCommand,
  'record-refund': runRecordRefundCommand,
  release: runReleaseCommand,
  problems: runProblemsCommand,
};

const run = async (name: keyof typeof commands, args: readonly string[], timeoutMs = 20_000) => {
  const lines: string[] = [];
  const code = await commands[name]({ databases, args, by: 'olga', print: (line) => lines.push(line), timeoutMs });
  return { code, lines };
};
/** Carries out the request for the order, as payments does; returns it as it was. */
const carryOut = (orderId: string, outcome: string) =>
  under.system.eventually(async () => {
    const request = await requests().findOneAndUpdate(
      { subject: orderId, requestedAt: { $type: 'date' }, doneAt: { $exists: false } },
      { $set: { doneAt: new Date(), outcome } },
    );
    expect(request).not.toBeNull();
    return request;
  });

test('When orders are refunded, then the command says what happens to each', async () => {
  const [result, request] = await Promise.all([
    run('refund', ['a', '$b', 'a', '--reason', ` called $off ${'🎟'.repeat(188)} `]),
    carryOut('a', 'ordered'),
    carryOut('$b', 'returned'),
  ]);
  expect(result.code).toBe(0);
  expect(result.lines.toSorted()).toEqual(['order $b has been refunded before', 'order a is being refunded']);
  expect(request).toMatchObject({
    action: 'refund',
    subject: 'a',
    reason: `called $off ${'🎟'.repeat(188)}`,
    by: 'olga',
  });
  expect(await requests().countDocuments()).toBe(2);
});

test('When an event is called off, then every paid order of it is refunded, and no other', async () => {
  const eventId = 'called-off';
  await under.collection('payments', 'payments').insertMany([
    { _id: 'of-event', status: 'completed', order: { eventId } },
    { _id: 'unpaid', status: 'created', order: { eventId } },
    { _id: 'of-another', status: 'completed', order: { eventId: 'another' } },
  ]);
  const [result] = await Promise.all([
    run('refund', ['--event', eventId, '--reason', 'called off']),
    carryOut('of-event', 'ordered'),
  ]);
  expect(result).toEqual({ code: 0, lines: ['order of-event is being refunded'] });
  expect(await requests().countDocuments()).toBe(1);
  expect(await run('refund', ['--event', 'nothing', '--reason', 'x'])).toEqual({
    code: 1,
    lines: ['No paid order is for event nothing'],
  });
});

test('When an order of the event is being paid, then the command names it, and fails', async () => {
  const eventId = 'called-off-now';
  const openAttempt = { at: new Date() };
  await under.collection('payments', 'payments').insertMany([
    { _id: 'paid', status: 'completed', order: { eventId } },
    { _id: 'confirming', status: 'created', order: { eventId }, openAttempt },
    { _id: 'confirming-another', status: 'created', order: { eventId: 'another' }, openAttempt },
  ]);
  const [{ code, lines }] = await Promise.all([
    run('refund', ['--event', eventId, '--reason', 'called off']),
    carryOut('paid', 'ordered'),
  ]);
  expect([code, lines]).toEqual([
    1,
    [expect.stringMatching(/^order confirming is being paid now: repeat/), 'order paid is being refunded'],
  ]);
});

test('When an order is not paid, then the command fails and says so', async () => {
  const [result] = await Promise.all([run('refund', ['a', '--reason', 'x']), carryOut('a', 'not_paid')]);
  expect(result).toEqual({ code: 1, lines: ['order a is not paid, or does not exist: nothing to refund'] });
});

test.each([
  ['settled', 0, 'order a has no open problem any more'],
  ['no_problem', 1, 'order a has no open problem'],
  ['settled_before', 0, 'order a has no open problem any more: it was settled before'],
  ['reported_again', 1, 'order a has another problem, reported just now: see npm run operator -- problems'],
])('When the release of an order is %s, then the exit code is %i', async (outcome, code, line) => {
  const [result, request] = await Promise.all([run('release', ['a', '--reason', 'x']), carryOut('a', outcome)]);
  expect(result).toEqual({ code, lines: [line] });
  expect(request).toMatchObject({ action: 'release' });
});

test.each([
  ['recorded', 0, 'owes nothing any more, and the buyer is told'],
  ['recorded_before', 0, 'owes nothing any more: this was recorded before'],
  ['other_amount', 1, 'owes another amount: see npm run operator -- money'],
  ['not_owed', 1, 'owes its buyer nothing, or does not exist'],
  ['being_refunded', 1, expect.stringMatching('repeat this')],
])(
  'When money of a buyer was returned elsewhere, and that is %s, then the exit code is %i',
  async (outcome, code, text) => {
    const _id = `owed-${outcome}`;
    await under.collection('payments', 'payments').insertOne({ _id, currency: 'kwd', owed: 19_990 });
    const [result, request] = await Promise.all([
      run('record-refund', [_id, '--amount', '19.99', '--reason', 'bank transfer 7']),
      carryOut(_id, outcome),
    ]);
    expect(result).toEqual({
      code,
      lines: [typeof text === 'string' ? `order ${_id} ${text}` : text],
    });
    expect(request).toMatchObject({ action: 'record-refund', reason: 'bank transfer 7', amount: 19_990 });
    await expect(run('record-refund', [_id, '--amount', '19.9999', '--reason', 'x'])).rejects.toThrow('in KWD');
  },
);

test('When money was returned for an order without a payment, then nothing is requested', async () => {
  const { code } = await run('record-refund', ['nothing', '--amount', '1', '--reason', 'x']);
  expect([code, await requests().countDocuments()]).toEqual([1, 0]);
});

test('When payments does not run, then the command fails and says so', async () => {
  const { code, lines } = await run('refund', ['a', '--reason', 'x'], 500);
  expect([code, lines]).toEqual([1, [expect.stringContaining('order a waits')]]);
});

test('When problems are open, then they are listed, the oldest first, without what would control a terminal', async () => {
  const report = (_id: string, text: string, minute: number) =>
    under.collection('orders', 'orders').insertOne({
      _id,
      userId: 'ann',
      sellerId: 'bob',
      ticket: { id: 't', title: 'Fi\nnal' },
      problem: { text, at: new Date(Date.UTC(2030, 0, 1, 0, minute)) },
    });
  await report('second', 'No \u001B[31mseat\u001B[0m 7.\u0007\u202E\nNo row.', 2);
  await report('first', 'x', 1);
  await under.collection('orders', 'orders').insertOne({ _id: 'none', ticket: { id: 't' } });
  expect(await run('problems', [])).toEqual({
    code: 0,
    lines: [
      'order first, reported 2030-01-01T00:01:00.000Z, buyer ann, seller bob',
      '  ticket t: Fi nal',
      '  | x',
      'order second, reported 2030-01-01T00:02:00.000Z, buyer ann, seller bob',
      '  ticket t: Fi nal',
      '  | No seat 7.',
      '  | No row.',
      '2 open',
    ],
  });
});

test.each([
  ['refund', []],
  ['refund', ['a']],
  ['refund', ['a', '--reason', ' ']],
  ['refund', ['a', '--reason', '🎟'.repeat(201)]],
  ['refund', ['a', '--reason', 'called\noff']],
  ['refund', ['a', '--reason', 'Only \u202E05$']],
  ['release', ['a', '--reason', '\u200B']],
  ['refund', ['--reason', 'x']],
  ['refund', ['a', '--event', 'b', '--reason', 'x']],
  ['refund', ['a', '--force', '--reason', 'x']],
  ['refund', ['a', '--amount', '1', '--reason', 'x']],
  ['record-refund', ['a', 'b', '--amount', '1', '--reason', 'x']],
  ['record-refund', ['a', '--amount', '1']],
  ['release', ['a', '--amount', '1', '--reason', 'x']],
  ['release', ['--event', 'b', '--reason', 'x']],
  ['release', ['--reason', 'x']],
  ['problems', ['a']],
] as const)('When the arguments of %s are %j, then the usage is shown', async (name, args) => {
  const failure = run(name, args);
  await expect(failure).rejects.toThrow(UsageError);
  await expect(failure).rejects.toThrow(`npm run operator -- ${name}`);
});
