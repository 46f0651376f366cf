import type { CurrentUser } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { sessionsNotEndedTogether } from '../domain/sessions.ts';

/** More than an account can begin in the life of a session only if it is abused: then the newest. */
const maxListed = 500;

/** The live sessions of a user, the newest first. */
export const listSessions = async (deps: Deps, user: CurrentUser) => {
  const account = await deps.loadUser(user.id);
  const found = await deps.sessions
    .find(
      {
        ...sessionsNotEndedTogether(account),
        userId: user.id,
        endedAt: { $exists: false },
        expiresAt: { $gt: deps.now() },
      },
      { projection: { outbox: 0 } },
    )
    .sort({ startedAt: -1 })
    .limit(maxListed)
    .toArray();
  return found.map(({ _id, startedAt, lastUsedAt, userAgent = '' }) => ({
    id: _id,
    createdAt: startedAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    userAgent,
    current: _id === user.sid,
  }));
};
