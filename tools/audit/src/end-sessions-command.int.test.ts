import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openDatabases, type Databases } from '@ticketing/watchdog/sources';
import { openTestSources, type TestSources } from '@ticketing/watchdog/testing';
import { runEndSessionsCommand } from './end-sessions-command.ts';
import { UsageError } from './usage-error.ts';

let under: TestSources;
let databases: Databases;

beforeAll(async () => {
  under = await openTestSources();
  databases = openDatabases(under.addresses.mongoUrls, 'end-sessions');
});
afterAll(async () => {
  await databases.close();
  await under.close();
});

const run = async (args: readonly string[], timeoutMs = 20_000) => {
  const lines: string[] = [];
  const code = await runEndSessionsCommand({
    databases,
    args,
    by: 'olga',
    print: (line) => lines.push(line),
    timeoutMs,
  });
  return { code, output: lines.join('\n') };
};
/** Carries out the request for the account, as auth does. */
const carryOut = (account: string, outcome: string) =>
  under.system.eventually(async () => {
    const { modifiedCount } = await under
      .collection('auth', 'operator-requests')
      .updateOne(
        { action: 'end-sessions', subject: account, requestedAt: { $type: 'date' } },
        { $set: { doneAt: new Date(), outcome }, $unset: { subject: '' } },
      );
    expect(modifiedCount).toBe(1);
  });

test('When auth has ended the sessions, then the command says so', async () => {
  const [result] = await Promise.all([run(['ann@example.com']), carryOut('ann@example.com', 'ended')]);
  expect(result).toEqual({ code: 0, output: 'account ann@example.com is signed out everywhere' });
});

test('When there is no such account, then the command fails and says so', async () => {
  const [result] = await Promise.all([run(['$nobody']), carryOut('$nobody', 'no_account')]);
  expect(result).toEqual({ code: 1, output: 'account $nobody does not exist, or is closed' });
});

test('When auth does not run, then the command fails and says so', async () => {
  const { code, output } = await run(['ann@example.com'], 500);
  expect(code).toBe(1);
  expect(output).toContain('waits: auth goes on');
});

test.each([[[]], [['ann@example.com', 'bob@example.com']]])(
  'When the arguments are %j, then the usage is shown',
  async (args) => {
    const failure = run(args);
    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow('npm run operator -- end-sessions');
  },
);
