import { commandWithReason } from './command-with-reason.ts';

export const withdrawUsage = `npm run operator -- withdraw <ticket>… --reason <text>
  takes listings off sale for good; nobody but the log is told the text`;

export const runWithdrawCommand = commandWithReason({
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

export const runSuspendCommand = commandWithReason({
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

export const runReinstateCommand = commandWithReason({
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
