import { TooManyRequestsError } from '@ticketing/common/errors';
import type { Deps } from '../deps.ts';
import { expiryOf } from '../domain/sessions.ts';
import type { SignedIn } from '../domain/signed-in.ts';
import type { UserDocument } from '../models/open-models.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Characters of a browser's description of itself that are kept. */
const longestUserAgent = 300;

export interface NewSession {
  readonly user: Pick<UserDocument, '_id' | 'email' | 'emailVerified'>;
  readonly userAgent?: string | undefined;
}

/**
 * Begins a session and signs its token.
 * @throws TooManyRequestsError when the account has begun too many sessions within a day.
 */
export const startSession = async (deps: Deps, { user, userAgent }: NewSession): Promise<SignedIn> => {
  const { _id: id, email, emailVerified = false } = user;
  const startedAt = deps.now();
  if (deps.maxSessionsPerDay !== undefined) {
    const since = new Date(startedAt.getTime() - dayMs);
    const limit = deps.maxSessionsPerDay;
    const begun = await deps.sessions.countDocuments({ userId: id, startedAt: { $gt: since } }, { limit });
    if (begun >= limit) throw new TooManyRequestsError(60 * 60);
  }
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
  return { user: { id, email, emailVerified }, sid, token };
};
