import type { Express, RequestHandler } from 'express';
import type { RouteParameters } from 'express-serve-static-core';
import type { z } from 'zod';
import { limitAccount, limitAddress, refuseKnown, type Limiter } from './limits/limiter.ts';
import type { LimitName } from './limits/limits.ts';
import { neverCached } from './never-cached.ts';
import { requireAuth } from './sessions/session-cookie.ts';
import { uploadBody, type Upload } from './upload-body.ts';

type Schema = z.core.$ZodType;

/** The request and response of a route. Errors that follow from its path, body and session are added automatically. */
export interface RouteShape<Body extends Schema = Schema> {
  /** Its `operationId` in OpenAPI. */
  readonly name: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly body?: Schema;
  /** The body is a file instead. */
  readonly upload?: Upload;
  readonly response: {
    readonly status?: number;
    readonly description: string;
    readonly headers?: Readonly<Record<string, Schema>>;
    /** Absent if the response has no body, or is a file. */
    readonly body?: Body;
    /** Of the file that is the body. */
    readonly file?: string | readonly string[];
    /** Another media type of the same content, chosen by `Accept`. */
    readonly alternative?: 'text/csv';
    /** The response stays open: `body` is each of its messages (Server-Sent Events). */
    readonly isStream?: true;
  };
  /** Its responses with another status that are no errors, by status. */
  readonly otherResponses?: Readonly<Record<number, { readonly description: string; readonly body: Schema }>>;
  /** Whether it takes an `Idempotency-Key`. */
  readonly isIdempotent?: true;
  /** Statuses of further errors. */
  readonly errors?: readonly number[];
  /** Who calls it, if not everybody or signed-in users only. */
  readonly caller?: 'anyone-or-user' | 'stripe';
}

/** A route without method and path; `handler` returns the Express handler. */
export interface Route<Deps, Params = unknown> {
  readonly shape: RouteShape;
  readonly handler: (deps: Deps) => RequestHandler<Params>;
}

/** Defines a route; the compiler checks that the handler sends `shape.response.body`, or bytes. */
export const route = <Deps, Params, Body extends Schema>(
  shape: RouteShape<Body>,
  handler: (deps: Deps) => RequestHandler<Params, z.core.input<Body> | Buffer>,
): Route<Deps, Params> => ({ shape, handler });

/** Runs before a route's handler. */
type Guard<Deps> = (deps: Deps) => RequestHandler | RequestHandler[];

/** Only signed-in users may call the route. */
export const signedIn = (): RequestHandler[] => [
  (_req, res, next) => {
    res.set(neverCached);
    next();
  },
  requireAuth,
];

/** A route with its method and path. */
export interface RoutedEndpoint<Deps> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly limit: LimitName;
  readonly isSignedIn: boolean;
  readonly shape: RouteShape;
  /** Without a limiter nothing is limited. */
  readonly register: (app: Express, deps: Deps, limiter?: Limiter) => void;
}

const at =
  (method: RoutedEndpoint<unknown>['method']) =>
  <const Path extends string, GuardDeps, Deps>(
    path: Path,
    limit: LimitName,
    guards: readonly Guard<GuardDeps>[],
    { shape, handler }: Route<Deps, RouteParameters<Path>>,
  ): RoutedEndpoint<GuardDeps & Deps> => ({
    method,
    path,
    limit,
    isSignedIn: guards.includes(signedIn),
    shape,
    register: (app, deps, limiter) => {
      if (limiter !== undefined) app[method](path, limitAddress(limiter, limit));
      for (const guard of guards) app[method](path, guard(deps));
      app[method](path, limiter === undefined ? handler(deps) : limitAccount(limiter, limit, handler(deps)));
    },
  });

/** `on.get('/api/things/:id', 'reading', [signedIn], getThingRoute)`: an entry of a service's list of routes. */
export const on = { get: at('get'), post: at('post'), put: at('put'), delete: at('delete') };

/**
 * Registers routes; `admit` registers what runs before bodies are read, for paths without a route too, and `receive` what reads
 * files.
 */
export interface Registration {
  (app: Express, limiter?: Limiter): void;
  readonly admit?: (app: Express, limiter: Limiter) => void;
  readonly receive?: (app: Express) => void;
}

/** Registers the routes in order. */
export const serve = <Deps>(routes: readonly RoutedEndpoint<Deps>[], deps: Deps): Registration =>
  Object.assign(
    (app: Express, limiter?: Limiter): void => {
      for (const { register } of routes) register(app, deps, limiter);
    },
    {
      receive: (app: Express): void => {
        for (const { method, path, shape } of routes)
          if (shape.upload !== undefined) app[method](path, uploadBody(shape.upload));
      },
      admit: (app: Express, limiter: Limiter): void => {
        for (const { method, path, limit } of routes) app[method](path, refuseKnown(limiter, limit));
        const limitUnknown = limitAddress(limiter, 'unknownPath');
        // `route` is that of the route that has matched above.
        app.use((req, res, next) => (req.route === undefined ? limitUnknown(req, res, next) : next()));
      },
    },
  );
