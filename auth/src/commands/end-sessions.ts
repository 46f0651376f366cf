import { NotAuthorizedError, NotFoundError } from '@ticketing/common/errors';
import { sessionEnded, sessionsEnded, type Trace } from '@ticketing/common/events';
import type { CurrentUser } from '@ticketing/common/http';
import { expression } from '@ticketing/common/messaging';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { endedSessions, sessionCutoff, expiryOf, isLive, sessionsAsRead } from '../domain/sessions.ts';

/** Ends the session of a token; one that has ended already stays as it is. */
export const endSession = async (
  deps: Deps,
  { id: userId, sid, startedAt }: Pick<CurrentUser, 'id' | 'sid' | 'startedAt'>,
  trace: Trace,
): Promise<void> => {
  if (await endStored(deps, { userId, sid }, trace)) return;
  if ((await deps.sessions.findOne({ _id: sid }, { projection: { _id: 1 } })) !== null) return;
  // The release before began sessions without a record.
  const began = new Date(startedAt);
  const ended = {
    _id: sid,
    userId,
    startedAt: began,
    lastUsedAt: began,
    expiresAt: expiryOf(began),
    endedAt: deps.now(),
  };
  await deps.sessionStore.insert(ended, sessionEnded, trace).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
};

/** @throws NotFoundError unless it is a session of the user that has not ended. */
export const endOwnSession = async (
  deps: Deps,
  session: { readonly userId: string; readonly sid: string },
  trace: Trace,
): Promise<void> => {
  if (!(await endStored(deps, session, trace))) throw new NotFoundError('Session not found');
};

/**
 * Ends all sessions of the user but this one.
 * @throws NotAuthorizedError when this one has ended meanwhile: somebody who has stolen it must not keep it through a change
 *   of the password that happens at the same time.
 */
export const endOtherSessions = async (deps: Deps, session: CurrentUser, trace: Trace): Promise<void> => {
  const ended = await endBegun(deps, { userId: session.id, kept: session }, trace);
  if (!ended) throw new NotAuthorizedError();
};

/** Ends all sessions of the user, unless the account is closed. */
export const endAllSessions = async (deps: Deps, userId: string, trace: Trace): Promise<void> => {
  await endBegun(deps, { userId }, trace);
};

/** Ends the sessions of the user that have begun, except one. Returns false when that one, or the account, has ended. */
const endBegun = async (
  deps: Deps,
  { userId, kept }: { readonly userId: string; readonly kept?: CurrentUser },
  trace: Trace,
): Promise<boolean> => {
  for (;;) {
    const open = { _id: userId, closedAt: { $exists: false } };
    const user = await deps.users.findOne(open, {
      projection: { lastSignInAt: 1, sessionsFrom: 1, keptSession: 1 },
    });
    if (user === null || (kept !== undefined && !isLive(kept, user, null))) return false;
    const before = sessionCutoff(deps.now(), user);
    const except = kept?.sid;
    const ended = await deps.userStore.publishSideEvent({
      filter: { ...open, ...sessionsAsRead(user) },
      set: { sessionsFrom: before, keptSession: expression(except === undefined ? '$$REMOVE' : { $literal: except }) },
      event: sessionsEnded,
      data: endedSessions(userId, { before, except }),
      trace,
    });
    if (ended !== null) return true;
  }
};

const endStored = async (
  deps: Deps,
  { userId, sid }: { readonly userId: string; readonly sid: string },
  trace: Trace,
): Promise<boolean> => {
  const now = deps.now();
  const ended = await deps.sessionStore.change({
    filter: { _id: sid, userId, endedAt: { $exists: false }, expiresAt: { $gt: now } },
    set: { endedAt: now },
    event: sessionEnded,
    trace,
  });
  return ended !== null;
};
