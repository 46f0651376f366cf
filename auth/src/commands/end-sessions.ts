import { NotFoundError } from '@ticketing/common/errors';
import { sessionEnded, sessionsEnded, type Trace } from '@ticketing/common/events';
import type { CurrentUser } from '@ticketing/common/http';
import { expression } from '@ticketing/common/messaging';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { endedSessions, endOfSessions, expiryOf } from '../domain/sessions.ts';
import type { UserDocument } from '../models/open-models.ts';

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

/** Ends all sessions of the user but this one. */
export const endOtherSessions = (deps: Deps, { id, sid }: CurrentUser, trace: Trace): Promise<void> =>
  endBegun(deps, { userId: id, before: deps.now(), except: sid }, trace);

/** Ends all sessions of the user. */
export const endAllSessions = (
  deps: Deps,
  user: Pick<UserDocument, '_id' | 'lastSignInAt'>,
  trace: Trace,
): Promise<void> => endBegun(deps, { userId: user._id, before: endOfSessions(deps.now(), user) }, trace);

/** Ends the sessions of the user that began before a time, except one. */
const endBegun = async (
  deps: Deps,
  { userId, before, except }: { readonly userId: string; readonly before: Date; readonly except?: string },
  trace: Trace,
): Promise<void> => {
  await deps.userStore.publishSideEvent({
    filter: { _id: userId },
    set: { sessionsFrom: before, keptSession: expression(except === undefined ? '$$REMOVE' : { $literal: except }) },
    event: sessionsEnded,
    data: endedSessions(userId, { before, except }),
    trace,
  });
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
