import { currentUserOf, rateLimit } from '@ticketing/common/http';
import type { RateLimitRedis } from '@ticketing/common/service';
import type { RequestHandler } from 'express';

const windowSeconds = 60;
/** Enough for an office behind one address at the start of a sale. */
const perAddress = 60;
/** Enough for every card of a buyer several times, too few for a list of stolen cards. */
const perAccount = 30;

export interface Limited {
  readonly limits: RequestHandler[];
}

/** The guard of a route with these limits. */
export const limited = ({ limits }: Limited): RequestHandler[] => limits;

export const createRateLimits = (redis: RateLimitRedis['redis']): RequestHandler[] => [
  rateLimit(redis, { name: 'pay-address', windowSeconds, limit: perAddress }),
  rateLimit(redis, { name: 'pay-account', windowSeconds, limit: perAccount, key: (req) => currentUserOf(req).id }),
];
