import type { RequestHandler } from 'express';
import { ServiceUnavailableError } from '../errors/index.ts';

export interface RequestBounds {
  readonly maxRequests: number;
  /** Of the bodies of all requests in progress. */
  readonly maxBodyBytes: number;
  /** What one body may have at most. */
  readonly bodyLimit: number;
}

/**
 * Refuses requests with 503 while too many are in progress: whatever waits in this process for the database belongs to one
 * of them. For use before the body is read.
 */
export const boundRequests = ({ maxRequests, maxBodyBytes, bodyLimit }: RequestBounds): RequestHandler => {
  let requests = 0;
  let bodyBytes = 0;
  return (req, res, next) => {
    const { 'content-length': length, 'content-encoding': encoding, 'transfer-encoding': transfer } = req.headers;
    // A compressed body, or one that does not say its length, may have any length up to the limit.
    const isKnown = encoding === undefined && transfer === undefined;
    const bytes = isKnown ? Math.min(Number(length ?? 0), bodyLimit) : bodyLimit;
    if (requests >= maxRequests || bodyBytes + bytes > maxBodyBytes) throw new ServiceUnavailableError();
    requests += 1;
    bodyBytes += bytes;
    res.once('close', () => {
      requests -= 1;
      bodyBytes -= bytes;
    });
    next();
  };
};
