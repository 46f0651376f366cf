import type { SecurityEvent } from '@ticketing/common/errors';
import { newTrace, type Trace } from '@ticketing/common/events';
import type { OperatorRequest } from '@ticketing/common/operator';
import type { Deps } from '../deps.ts';
import { normaliseEmail } from '../domain/credentials.ts';
import { endAllSessions } from './end-sessions.ts';
import { reinstateAccount, suspendAccount } from './suspend-account.ts';

type Outcome = 'ended' | 'suspended' | 'reinstated' | 'not_suspended' | 'no_account' | 'unknown_action';

/** What is recorded of an outcome: also of a repeat, since the process of the first may have died before it did. */
const securityEvents: Partial<Record<Outcome, SecurityEvent>> = {
  ended: 'session_ended',
  suspended: 'account_suspended',
  reinstated: 'account_reinstated',
};

/** Does something to the account that an operator has named by its e-mail or id; a repeat also ends sessions begun meanwhile. */
export const carryOutOperatorRequest = async (deps: Deps, request: OperatorRequest): Promise<Outcome> => {
  const { _id, subject: account = '', by } = request;
  const user = await deps.users.findOne(
    { $or: [{ email: normaliseEmail(account) }, { _id: account }], closedAt: { $exists: false } },
    { projection: { email: 1 } },
  );
  const trace = newTrace(deps, _id);
  const outcome = await perform(deps, request, user?._id, trace);
  const event = securityEvents[outcome];
  if (user !== null && event !== undefined)
    deps.securityLog.recordOperator({
      event,
      operator: by,
      subject: user._id,
      trace,
      account: deps.devices.hash(user.email),
    });
  return outcome;
};

const perform = async (
  deps: Deps,
  { _id: requestId, action }: OperatorRequest,
  userId: string | undefined,
  trace: Trace,
): Promise<Outcome> => {
  // Of a command of another version.
  if (!['end-sessions', 'suspend', 'reinstate'].includes(action)) return 'unknown_action';
  if (userId === undefined) return 'no_account';
  if (action === 'suspend') return suspendAccount(deps, { userId, requestId, trace });
  if (action === 'reinstate') return reinstateAccount(deps, { userId, requestId, trace });
  await endAllSessions(deps, userId, trace);
  return 'ended';
};
