import type { RequestHandler } from 'express';
import { ServiceUnavailableError } from '../errors/index.ts';
import { onServed } from './on-served.ts';

export interface RequestBounds {
  readonly maxRequests: number;
  /** Of the bodies of all requests in progress. */
  readonly maxBodyBytes: number;
  /** What one body may have at most. */
  readonly bodyLimit: number;
  /** Receives the share of the room that is taken, from 0 to 1, when it changes. */
  readonly taken: (share: number) => void;
}

/**
 * Refuses requests with 503 while too many are in progress: whatever waits in this process for the database belongs to one
 * of them. For use before the body is read.
 */
export const boundRequests = ({ maxRequests, maxBodyBytes, bodyLimit, taken }: RequestBounds): RequestHandler => {
  let requests = 0;
  let bodyBytes = 0;
  const take = (count: 1 | -1, bytes: number): void => {
    requests += count;
    bodyBytes += count * bytes;
    taken(Math.max(requests / maxRequests, bodyBytes / maxBodyBytes));
  };
  return function boundRequests(req, res, next) {
    const { 'content-length': length, 'content-encoding': encoding, 'transfer-encoding': transfer } = req.headers;
    // A compressed body, or one that does not say its length, may have any length up to the limit.
    const isKnown = encoding === undefined && transfer === undefined;
    const bytes = isKnown ? Math.min(Number(length ?? 0), bodyLimit) : bodyLimit;
    if (requests >= maxRequests || bodyBytes + bytes > maxBodyBytes) throw new ServiceUnavailableError();
    take(1, bytes);
    onServed(res, () => take(-1, bytes));
    next();
  };
};
