import { currentUserOf, rateLimit } from '@ticketing/common/http';
import type { RateLimitRedis } from '@ticketing/common/service';
import type { RequestHandler } from 'express';

const windowSeconds = 60;
/** An office behind one address, at the start of a sale. */
const perAddress = 60;
/** Every card of a buyer several times; a thief who tries a list of cards gets nowhere. */
const perAccount = 30;

export const createRateLimits = (redis: RateLimitRedis['redis']): RequestHandler[] => [
  rateLimit(redis, { name: 'pay-address', windowSeconds, limit: perAddress }),
  rateLimit(redis, { name: 'pay-account', windowSeconds, limit: perAccount, key: (req) => currentUserOf(req).id }),
];
