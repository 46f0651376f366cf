import type { ServiceName } from '@ticketing/watchdog/sources';
import type { CommandRun } from './command-run.ts';
import { readArgs } from './order-command.ts';
import { requestOperation, type Outcomes } from './request-operation.ts';
import { UsageError } from './usage-error.ts';

export const withdrawUsage = `npm run operator -- withdraw <ticket>… --reason <text>
  takes listings off sale for good; nobody but the log is told the text`;

interface Moderation {
  readonly action: string;
  readonly service: ServiceName;
  readonly kind: string;
  readonly usage: string;
  readonly outcomes: Outcomes;
}

/** Asks the running service to carry an action out; prints and returns as `runRefundCommand`. Throws UsageError. */
const moderate =
  ({ action, service, kind, usage, outcomes }: Moderation) =>
  async (command: CommandRun): Promise<number> => {
    const { subjects, event, reason } = readArgs(command.args, usage);
    if (event !== undefined || subjects.length === 0) throw new UsageError(`A ${kind} is needed`, usage);
    const notDone = `waits: ${service} goes on once it runs and can reach its database, within an hour`;
    const operation = { action, kind, subjects, reason, outcomes, notDone };
    return (await requestOperation(command.databases.of[service], operation, command)) ? 0 : 1;
  };

export const runWithdrawCommand = moderate({
  action: 'withdraw',
  service: 'tickets',
  kind: 'ticket',
  usage: withdrawUsage,
  outcomes: {
    withdrawn: { text: 'is withdrawn', isDone: true },
    held: { text: 'is held by an order: withdraw it when its hold has ended', isDone: false },
    sold: { text: 'is sold: refund its order instead', isDone: false },
    no_ticket: { text: 'does not exist', isDone: false },
  },
});

export const suspendUsage = `npm run operator -- suspend <account|e-mail>… --reason <text>
  signs an account out and refuses to sign it in; its listings are withdrawn, its holds end, its payouts wait`;

export const runSuspendCommand = moderate({
  action: 'suspend',
  service: 'auth',
  kind: 'account',
  usage: suspendUsage,
  outcomes: {
    suspended: { text: 'is suspended', isDone: true },
    no_account: { text: 'does not exist, or is closed', isDone: false },
  },
});

export const reinstateUsage = `npm run operator -- reinstate <account|e-mail>… --reason <text>
  ends a suspension: the account may sign in, and its payouts go on; what was withdrawn stays so`;

export const runReinstateCommand = moderate({
  action: 'reinstate',
  service: 'auth',
  kind: 'account',
  usage: reinstateUsage,
  outcomes: {
    reinstated: { text: 'may sign in again', isDone: true },
    not_suspended: { text: 'is not suspended', isDone: false },
    no_account: { text: 'does not exist, or is closed', isDone: false },
  },
});
