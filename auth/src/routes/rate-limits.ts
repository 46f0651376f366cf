import { clientAddress, rateLimit, type RateLimitRule } from '@ticketing/common/http';
import type { RateLimitRedis } from '@ticketing/common/service';
import type { Request, RequestHandler } from 'express';
import { createHash } from 'node:crypto';
import { accountOf } from './credentials.ts';

const windowSeconds = 60;
/** Enough for an office behind one address. */
const perAddress = { signUp: 30, signIn: 60 } as const;
/** Too few to guess a password, enough for its owner; an account that an attacker locks opens a minute later. */
const perAccount = { signUp: 10, signIn: 10 } as const;

export interface RateLimits {
  readonly signUp: RequestHandler[];
  readonly signIn: RequestHandler[];
}

export interface Limited {
  readonly limits: RateLimits;
}

/** The guard of a route with the limits of `action`. */
export const limited =
  (action: keyof RateLimits) =>
  ({ limits }: Limited): RequestHandler[] =>
    limits[action];

/** A hash, so that Redis stores no e-mail. A body without a valid e-mail counts for the client's address. */
const account = (req: Request): string => {
  const email = accountOf(req.body);
  return email === undefined ? clientAddress(req) : createHash('sha256').update(email).digest('hex');
};

/** Limits by address stop one client that tries many accounts, limits by account many clients that try one. */
export const createRateLimits = (redis: RateLimitRedis['redis']): RateLimits => {
  const rule = (action: keyof typeof perAddress): RequestHandler[] => {
    const rules: RateLimitRule[] = [
      { name: `${action}-address`, windowSeconds, limit: perAddress[action] },
      { name: `${action}-account`, windowSeconds, limit: perAccount[action], key: account },
    ];
    return rules.map((one) => rateLimit(redis, one));
  };
  return { signUp: rule('signUp'), signIn: rule('signIn') };
};
