import { sessionDays, type sessionsEnded, type DataOf } from '@ticketing/common/events';
import type { CurrentUser } from '@ticketing/common/http';

const sessionMs = sessionDays * 24 * 60 * 60 * 1000;

/** More than clocks differ and signing a token takes, so that no token outlives the record of its session's end. */
const marginMs = 60_000;

/** When the token of a session that begins at `startedAt` has expired everywhere. */
export const expiryOf = (startedAt: Date): Date => new Date(startedAt.getTime() + sessionMs + marginMs);

/** Data of the event that ends a user's sessions. */
export const endedSessions = (
  userId: string,
  { before, except }: { readonly before: Date; readonly except?: string | undefined },
): DataOf<typeof sessionsEnded> => ({
  userId,
  issuedBefore: before.toISOString(),
  ...(except === undefined ? {} : { except }),
  expiresAt: expiryOf(before).toISOString(),
});

/**
 * The time before which sessions end: after the start of the latest one, and after that of every earlier end, since the other
 * services keep the latest. It is written under the condition `sessionsAsRead`.
 */
export const sessionCutoff = (now: Date, { lastSignInAt, sessionsFrom }: SessionTimes): Date =>
  new Date(Math.max(now.getTime(), (lastSignInAt?.getTime() ?? 0) + 1, (sessionsFrom?.getTime() ?? 0) + 1));

/** The condition that no session of the account has begun since it was read, and that none was ended with others. */
export const sessionsAsRead = ({ lastSignInAt, sessionsFrom }: SessionTimes) => ({
  lastSignInAt: lastSignInAt ?? { $exists: false },
  sessionsFrom: sessionsFrom ?? { $exists: false },
});

interface SessionTimes {
  readonly lastSignInAt?: Date;
  readonly sessionsFrom?: Date;
}

interface Account {
  readonly closedAt?: Date;
  readonly sessionsFrom?: Date;
  readonly keptSession?: string;
}

/** Whether a session is live. A token without a stored account or session is accepted on its signature alone. */
export const isLive = (
  { sid, startedAt }: Pick<CurrentUser, 'sid' | 'startedAt'>,
  account: Account | null,
  session: { readonly endedAt?: Date } | null,
): boolean =>
  account?.closedAt === undefined &&
  session?.endedAt === undefined &&
  (account?.sessionsFrom === undefined || startedAt >= account.sessionsFrom.getTime() || sid === account.keptSession);

/** The sessions of an account that no end of several has ended: the query for what `isLive` checks of an account. */
export const sessionsNotEndedTogether = (account: Account | null) => {
  const { sessionsFrom, keptSession = '' } = account ?? {};
  return sessionsFrom === undefined ? {} : { $or: [{ startedAt: { $gte: sessionsFrom } }, { _id: keptSession }] };
};
