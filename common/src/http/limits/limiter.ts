import type { Request, RequestHandler } from 'express';
import { randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CustomError, TooManyRequestsError } from '../../errors/index.ts';
import type { Counter } from './counters.ts';
import { limits, type Limit, type LimitName, type Rate } from './limits.ts';
import type { RefusingCounters } from './refusals.ts';
import type { Turns } from './turns.ts';

/** Whom a request counts for. */
export interface Account {
  readonly key: string;
  /** It has proved itself before, so what strangers do at its address does not count against it. */
  readonly isKnown?: boolean;
}

/** What of a request says whom it counts for. */
export type CountedRequest = Pick<Request, 'body' | 'currentUser' | 'headers' | 'visitor'>;

/** Counts the requests of a service. */
export interface Limiter {
  readonly counters: RefusingCounters;
  readonly turns: Turns;
  /** Awaited before each refusal. */
  readonly delayRefusal: () => Promise<void>;
  /** Prefix of the service's counters. */
  readonly prefix: string;
  /** Whom a request without a session counts for; its address by default. */
  readonly accountOf?: (req: CountedRequest) => Account | undefined;
}

/** How long a request waits for others of its account that may take the last places, and how often it looks. */
const maxWaitMs = 5_000;
const lookEveryMs = 50;

/** The address, or the /56 of an IPv6 address, which providers commonly assign to one customer. */
const networkOf = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const last = tail?.split(':').filter((group) => group !== '') ?? [];
  const zeros = Math.max(0, 8 - groups.length - last.length - (tail?.includes('.') === true ? 1 : 0));
  const bits = [...groups, ...Array.from({ length: tail === undefined ? 0 : zeros }, () => '0'), ...last]
    .slice(0, 4)
    .map((group) => group.toLowerCase().padStart(4, '0'));
  return `${bits.join('').slice(0, 14)}/56`;
};

const accountOf = ({ accountOf: identify }: Limiter, req: CountedRequest): Account => {
  const userId = req.currentUser?.id;
  return (userId === undefined ? identify?.(req) : { key: userId }) ?? { key: networkOf(req.visitor) };
};

type Kind = 'address' | 'account' | 'outcome';

const counterOf = ({ prefix }: Limiter, name: LimitName, kind: Kind, key: string, rate: Rate): Counter => ({
  key: `rate:${prefix}:${name}:${kind}:${key}`,
  limit: rate.limit,
  seconds: rate.seconds,
});

/** @throws TooManyRequestsError unless `milliseconds` is 0. */
const refuseFor = async ({ delayRefusal }: Limiter, milliseconds: number): Promise<void> => {
  if (milliseconds === 0) return;
  await delayRefusal();
  throw new TooManyRequestsError(Math.ceil(milliseconds / 1000));
};

/** @returns The lease. @throws TooManyRequestsError */
const reserve = async (limiter: Limiter, counter: Counter): Promise<string> => {
  const lease = randomUUID();
  for (let waited = 0; ; waited += lookEveryMs) {
    const found = await limiter.counters.reserve(counter, lease);
    if (found === 0) return lease;
    await refuseFor(limiter, found === 'busy' ? (waited < maxWaitMs ? 0 : 1_000) : found);
    await delay(lookEveryMs);
  }
};

/**
 * Refuses again, before the body is read, what this process has refused before in the same window. Without a session, an
 * account that is known by the body alone may be exempt from the limit of its address.
 */
export const refuseKnown =
  (limiter: Limiter, name: LimitName): RequestHandler =>
  async (req, _res, next) => {
    const { counters } = limiter;
    const { address, account, outcome }: Limit = limits[name];
    const userId = req.currentUser?.id;
    const known = (kind: Kind, key: string | undefined, rate: Rate | undefined): number =>
      key === undefined || rate === undefined ? 0 : counters.refusedFor(counterOf(limiter, name, kind, key, rate));
    const isNamedByBody = userId === undefined && limiter.accountOf !== undefined;
    await refuseFor(
      limiter,
      known('address', isNamedByBody ? undefined : networkOf(req.visitor), address) ||
        known('account', userId, account) ||
        known('outcome', userId, outcome),
    );
    next();
  };

/** Limits what one address may ask for. */
export const limitAddress = (limiter: Limiter, name: LimitName): RequestHandler => {
  const { address, inTurn = false }: Limit = limits[name];
  const { counters, turns } = limiter;
  return async (req, res, next) => {
    const network = networkOf(req.visitor);
    if (accountOf(limiter, req).isKnown !== true)
      await refuseFor(limiter, await counters.count(counterOf(limiter, name, 'address', network, address)));
    if (inTurn) {
      const end = await turns.take(network);
      // The client may have gone away meanwhile.
      if (res.closed) return end();
      res.once('close', end);
    }
    next();
  };
};

const statusOf = (error: unknown): number => (error instanceof CustomError ? error.statusCode : 500);

/** Limits what one account may ask for; a route's handler is part of it where its outcome decides. */
export const limitAccount = <Params, Body>(
  limiter: Limiter,
  name: LimitName,
  handler: RequestHandler<Params, Body>,
): RequestHandler<Params, Body> => {
  const { account: rate, outcome }: Limit = limits[name];
  const { counters } = limiter;
  return async (req, res, next) => {
    const { key } = accountOf(limiter, req);
    if (rate !== undefined)
      await refuseFor(limiter, await counters.count(counterOf(limiter, name, 'account', key, rate)));
    if (outcome === undefined) {
      await handler(req, res, next);
      return;
    }
    const counter = counterOf(limiter, name, 'outcome', key, outcome);
    const lease = await reserve(limiter, counter);
    let status = 500;
    try {
      await handler(req, res, next);
      status = res.statusCode;
    } catch (error) {
      status = statusOf(error);
      throw error;
    } finally {
      await counters.settle(counter, lease, outcome.counts === 'success' ? status < 300 : status === 400);
    }
  };
};
