import { newTrace } from '@ticketing/common/events';
import type { Deps } from '../deps.ts';
import { normaliseEmail } from '../domain/credentials.ts';
import { endAllSessions } from './end-sessions.ts';

const limit = 100;

/** Ends all sessions of the accounts that operators have named. Repeated after a crash, it also ends those that began meanwhile. */
export const carryOutSessionEnds = async (deps: Deps): Promise<void> => {
  const pending = { doneAt: { $exists: false } };
  const requests = await deps.sessionEndRequests.find(pending, { sort: { requestedAt: 1 }, limit }).toArray();
  for (const { _id, account = '' } of requests) {
    const trace = newTrace(deps, _id);
    const user = await deps.users.findOne(
      { $or: [{ email: normaliseEmail(account) }, { _id: account }], closedAt: { $exists: false } },
      { projection: { email: 1 } },
    );
    if (user !== null) await endAllSessions(deps, user._id, trace);
    const { modifiedCount } = await deps.sessionEndRequests.updateOne(
      { _id, ...pending },
      { $set: { doneAt: deps.now(), ...(user === null ? {} : { userId: user._id }) }, $unset: { account: '' } },
    );
    // Another replica may have carried it out at the same time.
    if (user === null || modifiedCount === 0) continue;
    const operator = { body: undefined, headers: {}, trace, visitor: 'operator' };
    deps.securityLog.record(operator, 'session_ended', { userId: user._id, account: deps.devices.hash(user.email) });
  }
};
