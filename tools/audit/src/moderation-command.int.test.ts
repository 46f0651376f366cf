import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { runReinstateCommand, runSuspendCommand, runWithdrawCommand } from './moderation-command.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let databases: Databases;

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'moderation');
});
beforeEach(async () => {
  await Promise.all([requests('tickets').deleteMany({}), requests('auth').deleteMany({})]);
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const requests = (service: 'tickets' | 'auth') => under.collection(service, 'operator-requests');
const commands = { withdraw: runWithdrawCommand, suspend: runSuspendCommand, reinstate: runReinstateCommand };

const run = async (name: keyof typeof commands, args: readonly string[], timeoutMs = 20_000) => {
  const lines: string[] = [];
  const code = await commands[name]({ databases, args, by: 'olga', print: (line) => lines.push(line), timeoutMs });
  return { code, lines };
};

test.each([
  ['withdraw', 'tickets', 'withdrawn', 0, 'ticket a is withdrawn'],
  ['withdraw', 'tickets', 'held', 1, 'ticket a is held by an order: withdraw it when its hold has ended'],
  ['withdraw', 'tickets', 'sold', 1, 'ticket a is sold: refund its order instead'],
  ['withdraw', 'tickets', 'no_ticket', 1, 'ticket a does not exist'],
  ['suspend', 'auth', 'suspended', 0, 'account a is suspended'],
  ['suspend', 'auth', 'no_account', 1, 'account a does not exist, or is closed'],
  ['reinstate', 'auth', 'reinstated', 0, 'account a may sign in again'],
  ['reinstate', 'auth', 'not_suspended', 1, 'account a is not suspended'],
] as const)(
  'When the outcome of %s is what %s says, %s, then the exit code is %i',
  async (name, service, outcome, code, line) => {
    const [result, request] = await Promise.all([
      run(name, ['a', '--reason', 'forged']),
      under.system.eventually(async () => {
        const found = await requests(service).findOneAndUpdate(
          { subject: 'a', requestedAt: { $type: 'date' }, doneAt: { $exists: false } },
          { $set: { doneAt: new Date(), outcome } },
        );
        expect(found).not.toBeNull();
        return found;
      }),
    ]);
    expect(result).toEqual({ code, lines: [line] });
    expect(request).toMatchObject({ action: name, subject: 'a', reason: 'forged', by: 'olga' });
  },
);

test('When the service does not run, then the command fails and says so', async () => {
  const { code, lines } = await run('suspend', ['a', '--reason', 'x'], 500);
  expect([code, lines]).toEqual([1, [expect.stringContaining('account a waits: auth goes on')]]);
});

test.each([
  ['withdraw', ['a']],
  ['withdraw', ['--reason', 'x']],
  ['suspend', ['a']],
  ['suspend', ['a', '--event', 'b', '--reason', 'x']],
  ['reinstate', ['--reason', 'x']],
] as const)('When the arguments of %s are %j, then the usage is shown', async (name, args) => {
  const failure = run(name, args);
  await expect(failure).rejects.toThrow(UsageError);
  await expect(failure).rejects.toThrow(`npm run operator -- ${name}`);
});
