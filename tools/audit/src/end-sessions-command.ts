import type { CommandRun } from './command-run.ts';
import { requestOperation, type Outcomes } from './request-operation.ts';
import { UsageError } from './usage-error.ts';

export const endSessionsUsage = `npm run operator -- end-sessions <account|e-mail>
  signs a user out everywhere`;

const outcomes: Outcomes = {
  ended: { text: 'is signed out everywhere', isDone: true },
  no_account: { text: 'does not exist, or is closed', isDone: false },
};

/**
 * Asks the running auth to end all sessions of an account, and waits until it has. Returns the exit code: 1 when there is no
 * such account, or auth does not respond.
 * @throws UsageError
 */
export const runEndSessionsCommand = async (command: CommandRun): Promise<number> => {
  const [account, ...more] = command.args;
  if (account === undefined || more.length > 0) throw new UsageError('One e-mail or id is needed', endSessionsUsage);
  return requestOperation(command, {
    action: 'end-sessions',
    service: 'auth',
    kind: 'account',
    subjects: [account],
    outcomes,
  });
};
