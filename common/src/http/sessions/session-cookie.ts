import cookieSession from 'cookie-session';
import type { Express, Request, RequestHandler } from 'express';
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

/**
 * Gives requests their `session`: cookie `session`, base64 of `{"jwt": "…"}`, not signed itself since the token is. `secure`
 * when the site is https. Only routes that begin or end a session use it: cookie-session, whose work would be most of the
 * middleware's for other requests, starts with the first use.
 */
export const sessionCookie = (app: Express, options: { readonly secure: boolean }): void => {
  const cookies = cookieSession({
    name: 'session',
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure: options.secure,
    maxAge: sessionDays * 24 * 60 * 60 * 1000,
  });
  // TLS ends at the ingress: to a request that looks like plain http, cookie-session would silently set no secure cookie.
  if (options.secure) Object.defineProperty(app.request, 'protocol', { value: 'https' });
  /** Gives the request a property `session` of its own. */
  const begin = (req: Request): Request => {
    const { res } = req;
    if (res === undefined) throw new TypeError('a request without a response has no session');
    sessionFirst(req, res, () => cookies(req, res, () => undefined));
    return req;
  };
  Object.defineProperty(app.request, 'session', {
    get(this: Request) {
      return begin(this).session;
    },
    set(this: Request, session: Request['session']) {
      begin(this).session = session;
    },
  });
};

const cookieShape = /(?:^|;) *session=([^;]*)/;

/** The `jwt` of the session cookie, as `req.session` has it: anything that a client sends, or undefined. */
const tokenOf = (cookies: string | undefined): unknown => {
  const value = cookies === undefined ? undefined : cookieShape.exec(cookies)?.[1];
  if (value === undefined || value === '') return undefined;
  try {
    const session: unknown = JSON.parse(Buffer.from(value, 'base64').toString());
    return typeof session === 'object' && session !== null && 'jwt' in session ? session.jwt : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Sets `req.currentUser` from the session cookie, if its token is valid and its session is not known to have ended.
 * `onInvalid` is called for any other token.
 */
export const currentUser = (
  tokens: SessionTokens,
  guard: Pick<SessionGuard, 'isEnded'>,
  onInvalid: (req: Request) => void,
): RequestHandler =>
  function currentUser(req, _res, next) {
    const token = tokenOf(req.headers.cookie);
    if (token !== undefined) {
      const user = tokens.verify(token);
      if (user !== undefined && !guard.isEnded(user)) req.currentUser = user;
      else onInvalid(req);
    }
    next();
  };

/** Sets `req.currentUser` to the user as it is now, or removes it if its session has ended. */
export const confirmSession = (guard: Pick<SessionGuard, 'confirm'>, onEnded: (req: Request) => void): RequestHandler =>
  async function confirmSession(req, _res, next) {
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
