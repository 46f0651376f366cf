import type { Logger } from '@ticketing/common/service';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { StripeError } from '../stripe-error.ts';
import { replyError } from './reply.ts';

export const noSuchRoute: RequestHandler = (req) => {
  throw new StripeError(404, { message: `Unrecognized request URL (${req.method}: ${req.path}).` });
};

const statusOf = (error: unknown): number => {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  return typeof status === 'number' ? status : 500;
};

/** Every error is sent in Stripe's error shape. */
export const handleErrors =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, req, res, _next) => {
    if (res.headersSent || res.socket === null) return;
    if (error instanceof StripeError) return replyError(res, error);
    const status = statusOf(error);
    if (status >= 400 && status < 500) {
      const message = status === 413 ? 'The request is too large.' : 'The request cannot be read.';
      return replyError(res, new StripeError(status, { message }));
    }
    logger.error({ path: req.path, stack: error instanceof Error ? error.stack : String(error) }, 'request failed');
    return replyError(res, new StripeError(500, { type: 'api_error', message: 'An unknown error occurred' }));
  };
