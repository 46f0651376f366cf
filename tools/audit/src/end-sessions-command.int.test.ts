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
  const code = await runEndSessionsCommand({ databases, args, print: (line) => lines.push(line), timeoutMs });
  return { code, output: lines.join('\n') };
};
/** Carries out the request for the account, as auth does. */
const carryOut = (account: string, userId?: string) =>
  under.system.eventually(async () => {
    const { modifiedCount } = await under
      .collection('auth', 'session-end-requests')
      .updateOne(
        { account, requestedAt: { $type: 'date' } },
        { $set: { doneAt: new Date(), ...(userId === undefined ? {} : { userId }) }, $unset: { account: '' } },
      );
    expect(modifiedCount).toBe(1);
  });

test('When auth has ended the sessions, then the command names the user', async () => {
  const [result] = await Promise.all([run(['ann@example.com']), carryOut('ann@example.com', 'ann')]);
  expect(result).toEqual({ code: 0, output: 'All sessions of ann have ended' });
});

test('When there is no such account, then the command fails and says so', async () => {
  const [result] = await Promise.all([run(['$nobody']), carryOut('$nobody')]);
  expect(result).toEqual({ code: 1, output: 'There is no account $nobody, or it is closed' });
});

test('When auth does not run, then the command fails and says so', async () => {
  const { code, output } = await run(['ann@example.com'], 500);
  expect(code).toBe(1);
  expect(output).toContain('auth has not ended the sessions yet');
});

test.each([[[]], [['ann@example.com', 'bob@example.com']]])(
  'When the arguments are %j, then the usage is shown',
  async (args) => {
    const failure = run(args);
    await expect(failure).rejects.toThrow(UsageError);
    await expect(failure).rejects.toThrow('npm run end-sessions');
  },
);
