import type { Request } from 'express';
import { NotAuthorizedError } from '../errors/index.ts';
import type { Trace } from '../events/index.ts';

/** The user of a session, as its token says. */
export interface CurrentUser {
  readonly id: string;
  /** The user's e-mail when the session began; in auth the present one. */
  readonly email: string;
  /** Known to auth only. */
  readonly emailVerified?: boolean;
  /** Id of the session. */
  readonly sid: string;
  /** When the session began, in milliseconds. */
  readonly startedAt: number;
  /** When the token expires by this process's own clock, in milliseconds; absent if the user is not from a token. */
  readonly expiresAt?: number;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set on every request. */
    trace: Trace;
    /** The IP address from which the request came, whatever proxies it has passed. Set on every request. */
    clientAddress: string;
    /** Set when the request carries a valid session. */
    currentUser?: CurrentUser;
  }
}

/**
 * The signed-in user of a request behind `requireAuth`.
 * @throws NotAuthorizedError without a valid session.
 */
export const currentUserOf = (req: Pick<Request, 'currentUser'>): CurrentUser => {
  if (req.currentUser === undefined) throw new NotAuthorizedError();
  return req.currentUser;
};
