import { newTrace } from '@ticketing/common/events';
import type { OperatorRequest } from '@ticketing/common/operator';
import type { Deps } from '../deps.ts';
import { normaliseEmail } from '../domain/credentials.ts';
import { endAllSessions } from './end-sessions.ts';

type Outcome = 'ended' | 'no_account' | 'unknown_action';

/** Ends all sessions of the account that an operator has named by its e-mail or id; a repeat also ends those begun meanwhile. */
export const carryOutOperatorRequest = async (deps: Deps, request: OperatorRequest): Promise<Outcome> => {
  const { _id, action, subject: account = '', by } = request;
  if (action !== 'end-sessions') return 'unknown_action';
  const user = await deps.users.findOne(
    { $or: [{ email: normaliseEmail(account) }, { _id: account }], closedAt: { $exists: false } },
    { projection: { email: 1 } },
  );
  if (user === null) return 'no_account';
  const trace = newTrace(deps, _id);
  await endAllSessions(deps, user._id, trace);
  deps.securityLog.recordOperator({
    event: 'session_ended',
    operator: by,
    subject: user._id,
    trace,
    account: deps.devices.hash(user.email),
  });
  return 'ended';
};
