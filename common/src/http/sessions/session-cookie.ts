import cookieSession from 'cookie-session';
import type { Request, RequestHandler } from 'express';
import { NotAuthorizedError } from '../../errors/index.ts';
import { sessionDays } from '../../events/index.ts';
import type { CurrentUser } from '../context.ts';
import type { SessionTokens } from './session-tokens.ts';

/** Knows which sessions have ended before their tokens expire. */
export interface SessionGuard {
  /** As far as this process knows: it asks nobody. */
  isEnded(user: CurrentUser): boolean;
  /** Called while the database is reachable. Resolves to the user as it is now, or to nothing if the session has ended. */
  confirm(user: CurrentUser): Promise<CurrentUser | undefined>;
}

const rank = (cookie: string): number => (cookie.startsWith('session=') ? 0 : 1);

/**
 * cookie-session appends its cookie when the headers are written, after those of routes; a client that reads the first
 * cookie only finds the session. Runs before cookie-session, so that it wraps what that calls last.
 */
const sessionFirst: RequestHandler = (_req, res, next) => {
  const writeHead = res.writeHead.bind(res);
  const sorted = (...args: unknown[]): unknown => {
    const cookies = res.getHeader('Set-Cookie');
    if (Array.isArray(cookies)) {
      res.setHeader(
        'Set-Cookie',
        cookies.toSorted((one, other) => rank(one) - rank(other)),
      );
    }
    return Reflect.apply(writeHead, res, args);
  };
  Object.assign(res, { writeHead: sorted });
  next();
};

/** Cookie `session`: base64 of `{"jwt": "…"}`, not signed itself since the token is. `secure` when the site is https. */
export const sessionCookie = (options: { readonly secure: boolean }): RequestHandler[] => [
  (req, _res, next) => {
    // TLS ends at the ingress: to a request that looks like plain http, cookie-session would silently set no secure cookie.
    if (options.secure) Object.defineProperty(req, 'protocol', { value: 'https' });
    next();
  },
  sessionFirst,
  cookieSession({
    name: 'session',
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure: options.secure,
    maxAge: sessionDays * 24 * 60 * 60 * 1000,
  }),
];

/** Sets `req.currentUser` from the session cookie, if its token is valid and its session is not known to have ended. */
export const currentUser =
  (tokens: SessionTokens, guard: Pick<SessionGuard, 'isEnded'>): RequestHandler =>
  (req, _res, next) => {
    const user = tokens.verify(req.session?.jwt);
    if (user !== undefined && !guard.isEnded(user)) req.currentUser = user;
    next();
  };

/** Sets `req.currentUser` to the user as it is now, or removes it if its session has ended. */
export const confirmSession =
  (guard: Pick<SessionGuard, 'confirm'>, onEnded: (req: Request) => void): RequestHandler =>
  async (req, _res, next) => {
    if (req.currentUser !== undefined) {
      const user = await guard.confirm(req.currentUser);
      if (user === undefined) {
        delete req.currentUser;
        onEnded(req);
      } else req.currentUser = user;
    }
    next();
  };

/** Responds with 401 to a request without a valid session. */
export const requireAuth: RequestHandler = (req, _res, next) => {
  if (req.currentUser === undefined) throw new NotAuthorizedError();
  next();
};
