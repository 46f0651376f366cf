import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { isCrossSite, isPlainHttp, visitorAddress, type TrustedProxies } from '../edge/index.ts';
import { DatabaseConnectionError, ForbiddenError, PlainHttpError, UnsupportedMediaTypeError } from '../errors/index.ts';
import { boundRequests } from './bound-requests.ts';
import { errorHandler, notFound, sendError } from './error-handler.ts';
import type { Limiter } from './limits/limiter.ts';
import { onServed } from './on-served.ts';
import type { Registration } from './route.ts';
import type { SecurityLog } from './security-log.ts';
import { confirmSession, currentUser, sessionCookie, type SessionGuard } from './sessions/session-cookie.ts';
import type { SessionTokens } from './sessions/session-tokens.ts';
import { requireWellFormed, verifyUtf8 } from './well-formed.ts';

/** Bytes of a request body at most. */
const bodyLimit = 100 * 1024;
/** Of one process; far more than it can serve within the seconds that a client waits. */
const requestBounds = { maxRequests: 5_000, maxBodyBytes: 32 * 1024 * 1024, bodyLimit };

/** Responses are data: a browser that opens one loads and runs nothing, and shows it in no frame. */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], frameAncestors: ["'none'"] },
  },
});

/** What a service with routes knows about the site. */
export interface Site {
  readonly tokens: SessionTokens;
  readonly sessions: SessionGuard;
  /** The public address of the site. */
  readonly publicUrl: URL;
  /** The proxies in front of the service, the router or ingress included. */
  readonly proxies: TrustedProxies;
  readonly securityLog: SecurityLog;
  /** Absent while rate limits are off. */
  readonly limiter?: Limiter;
}

/** Dependencies of the middleware; the same in all services. */
export interface HttpKit {
  readonly logger: Logger;
  /** The time by which the service decides. */
  readonly now: () => Date;
  /** Absent in a service without routes. */
  readonly site?: Site;
  readonly database: { isUp(): boolean; onDown(listener: () => void): void };
  /** Receives the share of the requests, or of their bodies, that may be in progress, when it changes. */
  readonly taken: (share: number) => void;
  readonly observe: (request: { method: string; route: string; status: number; seconds: number }) => void;
}

const requestIdShape = /^[\w-]{8,64}$/;
const traceparentShape = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

const trace: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  const correlationId = given !== undefined && requestIdShape.test(given) ? given : randomUUID();
  const traceId = traceparentShape.exec(req.get('traceparent') ?? '')?.[1] ?? randomUUID().replaceAll('-', '');
  req.trace = { correlationId, traceId };
  res.setHeader('X-Request-Id', correlationId);
  next();
};

/** Countdowns follow this header: by the machine's clock they could end before or after the service's deadline. */
const setDate = ({ now }: HttpKit): RequestHandler =>
  function setDate(_req, res, next) {
    res.setHeader('Date', now().toUTCString());
    next();
  };

const setClientAddress = ({ proxies }: Pick<Site, 'proxies'>): RequestHandler =>
  function setClientAddress(req, _res, next) {
    req.clientAddress = visitorAddress(
      { peer: req.socket.remoteAddress, forwardedFor: req.get('x-forwarded-for') },
      proxies,
    );
    next();
  };

const observeRequests = ({ observe, logger }: HttpKit): RequestHandler =>
  function observeRequests(req, res, next) {
    const start = performance.now();
    onServed(res, () => {
      const milliseconds = performance.now() - start;
      const route: unknown = req.route?.path;
      observe({
        method: req.method,
        route: typeof route === 'string' ? route : 'none',
        status: res.statusCode,
        seconds: milliseconds / 1000,
      });
      if (!logger.isLevelEnabled('info')) return;
      logger.info(
        {
          requestId: req.trace.correlationId,
          traceId: req.trace.traceId,
          method: req.method,
          path: req.path,
          status: res.statusCode,
          ms: Math.round(milliseconds),
          userId: req.currentUser?.id,
        },
        'request',
      );
    });
    next();
  };

/** A redirect would hide that a client sends its requests unencrypted; only the site redirects, for browsers. */
const requireHttps = (publicUrl: URL): RequestHandler =>
  function requireHttps(req, _res, next) {
    if (isPlainHttp(req, publicUrl)) throw new PlainHttpError();
    next();
  };

const requireOwnSite = (publicOrigin: string | undefined): RequestHandler =>
  function requireOwnSite(req, _res, next) {
    if (isCrossSite(req, publicOrigin)) throw new ForbiddenError();
    next();
  };

/** Unless the body has been read as bytes. */
const jsonOnly: RequestHandler = (req, _res, next) => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (hasBody && !Buffer.isBuffer(req.body) && req.is('application/json') === false)
    throw new UnsupportedMediaTypeError();
  next();
};

/** Responds with 503 while the database is unreachable, also to requests that already wait for it when that is detected. */
const requireDatabase = (kit: HttpKit): RequestHandler => {
  const waiting = new Set<() => void>();
  kit.database.onDown(() => {
    for (const refuse of waiting) refuse();
  });
  return function requireDatabase(_req, res, next) {
    if (!kit.database.isUp()) throw new DatabaseConnectionError();
    // Not next(error): an error that the handler throws later would then reach no error handler.
    const refuse = () => {
      if (!res.headersSent) sendError(res, new DatabaseConnectionError());
    };
    waiting.add(refuse);
    onServed(res, () => waiting.delete(refuse));
    next();
  };
};

/**
 * An Express app with the middleware of every service: request ids, security headers, body limits, session, 404 and the
 * error envelope. Bodies of the paths in `raw` are not parsed, so that their signatures can be verified.
 */
export const buildApp = (
  kit: HttpKit,
  routes: Registration,
  options: { readonly raw?: readonly string[] } = {},
): Express => {
  const app = express();
  app.set('etag', false);
  app.use(
    trace,
    setDate(kit),
    setClientAddress(kit.site ?? { proxies: () => false }),
    observeRequests(kit),
    securityHeaders,
  );
  app.use(boundRequests({ ...requestBounds, taken: kit.taken }));
  app.use(requireOwnSite(kit.site?.publicUrl.origin));
  if (kit.site !== undefined) {
    const { tokens, sessions, publicUrl, limiter, securityLog } = kit.site;
    app.use(requireHttps(publicUrl));
    sessionCookie(app, { secure: publicUrl.protocol === 'https:' });
    app.use(currentUser(tokens, sessions, (req) => securityLog.record(req, 'invalid_token')));
    if (limiter !== undefined) routes.admit?.(app, limiter);
  }
  routes.receive?.(app);
  if (options.raw !== undefined) app.use([...options.raw], express.raw({ type: () => true, limit: bodyLimit }));
  app.use(jsonOnly, express.json({ limit: bodyLimit, verify: verifyUtf8 }), requireWellFormed);
  app.use(requireDatabase(kit));
  if (kit.site !== undefined) {
    const { sessions, securityLog } = kit.site;
    app.use(confirmSession(sessions, (req) => securityLog.record(req, 'invalid_token')));
  }
  routes(app, kit.site?.limiter);
  app.use(notFound, errorHandler(kit.logger, kit.site?.securityLog));
  return app;
};
