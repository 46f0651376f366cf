import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import {
  BadRequestError,
  CustomError,
  DatabaseConnectionError,
  NotAuthorizedError,
  NotFoundError,
  PayloadTooLargeError,
  TooManyRequestsError,
  UnsupportedMediaTypeError,
} from '../errors/index.ts';
import { isDatabaseUnreachable } from '../mongo/index.ts';
import { neverCached } from './never-cached.ts';
import type { SecurityLog } from './security-log.ts';

const bodyErrors = new Map<unknown, () => CustomError>([
  ['entity.parse.failed', () => new BadRequestError('Malformed JSON')],
  ['entity.too.large', () => new PayloadTooLargeError()],
  ['encoding.unsupported', () => new UnsupportedMediaTypeError('Unsupported content encoding')],
  ['charset.unsupported', () => new UnsupportedMediaTypeError('Unsupported charset')],
]);

/** The error to respond with for a thrown value; undefined for a bug. */
const toCustomError = (error: unknown): CustomError | undefined => {
  if (error instanceof CustomError) return error;
  if (isDatabaseUnreachable(error)) return new DatabaseConnectionError({ cause: error });
  if (typeof error !== 'object' || error === null) return undefined;
  const known = 'type' in error ? bodyErrors.get(error.type) : undefined;
  if (known !== undefined) return known();
  // Express's own errors: a malformed percent-encoding, an aborted body.
  if ('status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500) {
    return new BadRequestError('Malformed request');
  }
  return undefined;
};

export const notFound: RequestHandler = () => {
  throw new NotFoundError();
};

/** Sends an error in the error envelope. */
export const sendError = (res: Response, error: CustomError): void => {
  if (error.retryAfterSeconds !== undefined) res.set('Retry-After', String(error.retryAfterSeconds));
  res.set(neverCached).status(error.statusCode).send({ errors: error.serializeErrors() });
};

const recordRefusal = (securityLog: SecurityLog, req: Request, error: CustomError): void => {
  if (error.securityEvent !== undefined)
    securityLog.record(req, error.securityEvent, {
      ...(error.userId === undefined ? {} : { userId: error.userId }),
      ...(error instanceof TooManyRequestsError ? { limit: error.limit } : {}),
    });
  else if (error instanceof NotAuthorizedError && req.currentUser !== undefined)
    securityLog.record(req, 'foreign_access');
};

/** The last middleware: responds to every error in the error envelope. */
export const errorHandler =
  (logger: Logger, securityLog?: SecurityLog): ErrorRequestHandler =>
  (error: unknown, req, res, next) => {
    if (res.writableEnded) return; // The handler failed after its request had got a 503.
    if (res.headersSent) {
      next(error);
      return;
    }
    const known = toCustomError(error);
    if (known === undefined) {
      logger.error(
        { err: error, requestId: req.trace?.correlationId, method: req.method, path: req.path },
        'request failed',
      );
      res
        .set(neverCached)
        .status(500)
        .send({ errors: [{ message: 'Something went wrong' }] });
      return;
    }
    if (securityLog !== undefined) recordRefusal(securityLog, req, known);
    sendError(res, known);
  };
