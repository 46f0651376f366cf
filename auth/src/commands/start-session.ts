import { TooManyRequestsError } from '@ticketing/common/errors';
import { isSuspended, type Trace } from '@ticketing/common/events';
import type { CurrentUser } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { AccountSuspendedError, InvalidCredentialsError } from '../domain/invalid-credentials-error.ts';
import { expiryOf } from '../domain/sessions.ts';
import type { SignedIn } from '../domain/signed-in.ts';
import type { UserDocument } from '../models/open-models.ts';
import { endSession } from './end-sessions.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Characters of a browser's description of itself that are kept. */
const longestUserAgent = 300;

/** The browser that signs in. */
export interface Browser {
  readonly userAgent?: string | undefined;
  /** The live session that it has already, of any user. */
  readonly session?: CurrentUser | undefined;
  readonly trace: Trace;
}

/** As it was when the credentials were checked. */
type CheckedUser = Pick<
  UserDocument,
  '_id' | 'email' | 'emailVerified' | 'passwordChangedAt' | 'sessionsFrom' | 'suspendedAt' | 'reinstatedAt'
>;

/**
 * Begins a session and signs its token. It replaces the one that the browser has: that one ends first, so that no failure
 * and no crash leaves it alive beside the new one; a user whose new session then cannot be stored signs in again. What ends
 * all sessions of the account (a changed password, its closing) comes before or after: the write to the account decides.
 * @throws InvalidCredentialsError when the account has changed since the credentials were checked, AccountSuspendedError,
 *   TooManyRequestsError when it has begun too many sessions within a day.
 */
export const startSession = async (deps: Deps, user: CheckedUser, browser: Browser): Promise<SignedIn> => {
  const { _id: id, email, emailVerified = false } = user;
  if (isSuspended(user)) throw new AccountSuspendedError();
  // By the clocks of two replicas, it could begin before the end of those before it.
  const startedAt = new Date(Math.max(deps.now().getTime(), user.sessionsFrom?.getTime() ?? 0));
  if (deps.maxSessionsPerDay !== undefined) {
    const since = new Date(startedAt.getTime() - dayMs);
    const limit = deps.maxSessionsPerDay;
    const begun = await deps.sessions.countDocuments({ userId: id, startedAt: { $gt: since } }, { limit });
    if (begun >= limit) throw new TooManyRequestsError(60 * 60);
  }
  const unchanged = {
    _id: id,
    closedAt: { $exists: false },
    passwordChangedAt: user.passwordChangedAt ?? { $exists: false },
    suspendedAt: user.suspendedAt ?? { $exists: false },
  };
  const { matchedCount } = await deps.users.updateOne(unchanged, { $max: { lastSignInAt: startedAt } });
  if (matchedCount === 0) throw new InvalidCredentialsError();
  const { userAgent, session: replaced, trace } = browser;
  if (replaced !== undefined) await endSession(deps, replaced, trace);
  const sid = deps.newId();
  await deps.sessions.insertOne({
    _id: sid,
    userId: id,
    startedAt,
    lastUsedAt: startedAt,
    ...(userAgent === undefined ? {} : { userAgent: userAgent.slice(0, longestUserAgent) }),
    expiresAt: expiryOf(startedAt),
  });
  const token = deps.tokens.sign({ id, email, sid, startedAt: startedAt.getTime() });
  return { user: { id, email, emailVerified }, token };
};
