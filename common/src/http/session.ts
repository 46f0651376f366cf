import cookieSession from 'cookie-session';
import type { RequestHandler } from 'express';
import jsonwebtoken from 'jsonwebtoken';
import { createSecretKey } from 'node:crypto';
import { z } from 'zod';
import { NotAuthorizedError } from '../errors/index.ts';
import type { CurrentUser } from './context.ts';

export const sessionDays = 7;

const payload = z.object({ id: z.string(), email: z.string() });

/** Signs and verifies session tokens. */
export interface Sessions {
  readonly sign: (user: CurrentUser) => string;
  readonly verify: (token: unknown) => CurrentUser | undefined;
}

/** `key` is JWT_KEY, the same for all services. */
export const createSessions = (key: string): Sessions => {
  // Created once: a string would be parsed as a key at every verification.
  const secret = createSecretKey(Buffer.from(key));
  return {
    sign: (user) =>
      jsonwebtoken.sign({ id: user.id, email: user.email }, secret, {
        algorithm: 'HS256',
        expiresIn: `${sessionDays}d`,
      }),
    verify: (token) => {
      if (typeof token !== 'string') return undefined;
      try {
        const parsed = payload.safeParse(jsonwebtoken.verify(token, secret, { algorithms: ['HS256'] }));
        return parsed.success ? { id: parsed.data.id, email: parsed.data.email } : undefined;
      } catch {
        return undefined;
      }
    },
  };
};

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

/** Sets `req.currentUser` from the session cookie, if its token is valid. */
export const currentUser =
  (sessions: Sessions): RequestHandler =>
  (req, _res, next) => {
    const user = sessions.verify(req.session?.jwt);
    if (user !== undefined) req.currentUser = user;
    next();
  };

/** Responds with 401 to a request without a valid session. */
export const requireAuth: RequestHandler = (req, _res, next) => {
  if (req.currentUser === undefined) throw new NotAuthorizedError();
  next();
};
