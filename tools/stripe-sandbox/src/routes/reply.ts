import type { Response } from 'express';
import type { StripeError } from '../stripe-error.ts';

/** Sends JSON as it is; Express's own `send` would hash and inspect each body. */
export const reply = (
  res: Response,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  res.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-cache, no-store',
    ...headers,
  });
  res.end(body);
};

export const replyError = (res: Response, error: StripeError, headers: Readonly<Record<string, string>> = {}): void =>
  reply(res, error.status, JSON.stringify(error.body), {
    ...(error.shouldRetry === undefined ? {} : { 'Stripe-Should-Retry': String(error.shouldRetry) }),
    ...headers,
  });
