import { clientAddress, rateLimit, type RateLimitRule } from '@ticketing/common/http';
import type { RateLimitRedis } from '@ticketing/common/service';
import type { Request, RequestHandler } from 'express';
import { createHash } from 'node:crypto';
import { accountOf } from './credentials.ts';

const windowSeconds = 60;
/** An office behind one address, at nine o'clock. */
const perAddress = { signUp: 30, signIn: 60 } as const;
/** Far from guessing a password, near enough for a forgetful owner; and what a stranger locks is open a minute later. */
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

/** Redis gets no e-mail to keep. A body that names no account is refused later: it counts for its sender. */
const account = (req: Request): string => {
  const email = accountOf(req.body);
  return email === undefined ? clientAddress(req) : createHash('sha256').update(email).digest('hex');
};

/** By address against one who tries many accounts, by account against many who try one. */
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
