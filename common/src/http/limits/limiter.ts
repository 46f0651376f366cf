import type { Request, RequestHandler } from 'express';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CustomError, TooManyRequestsError } from '../../errors/index.ts';
import { onServed } from '../on-served.ts';
import type { Counter } from './counters.ts';
import { limits, limitsOfKnownDevices, type Limit, type LimitName, type Rate } from './limits.ts';
import { networkOf } from './network-of.ts';
import type { RefusingCounters } from './refusals.ts';
import type { Turns } from './turns.ts';

/** An account that a request names in its body. */
export interface NamedAccount {
  readonly key: string;
  /** The key of a device that the account may know; undefined if it does not. */
  readonly knownDevice?: () => Promise<string | undefined>;
}

/** The part of a request that determines its account. */
export type CountedRequest = Pick<Request, 'body' | 'currentUser' | 'headers' | 'clientAddress'>;

/** Counts the requests of a service. */
export interface Limiter {
  readonly counters: RefusingCounters;
  readonly turns: Turns;
  /** Awaited before each refusal. */
  readonly delayRefusal: () => Promise<void>;
  /** Prefix of the service's counters. */
  readonly prefix: string;
  /** The account that a body names, for limits with `isNamedByBody` or `target`. */
  readonly namedAccount?: (req: Pick<CountedRequest, 'body' | 'headers'>) => NamedAccount | undefined;
}

/** How long a request waits while others of its account may take the last places, and how often it checks. */
const maxWaitMs = 5_000;
const checkEveryMs = 50;

/** The limit that applies to a request on a route with the limit `name`, and the keys of its counters. */
const countedAs = async ({ namedAccount }: Limiter, name: LimitName, req: CountedRequest) => {
  const { isNamedByBody, target }: Limit = limits[name];
  const named = isNamedByBody === true || target !== undefined ? namedAccount?.(req) : undefined;
  const network = networkOf(req.clientAddress);
  const account = (isNamedByBody === true ? named?.key : undefined) ?? req.currentUser?.id ?? network;
  const ofDevice = limitsOfKnownDevices[name];
  const device = ofDevice === undefined ? undefined : await named?.knownDevice?.();
  return {
    name: device === undefined ? name : (ofDevice ?? name),
    network,
    account,
    // One known device must not use up what the others may fail.
    outcome: device ?? account,
    target: named?.key,
  };
};

type Kind = 'address' | 'account' | 'outcome' | 'target';

const counterOf = ({ prefix }: Limiter, name: LimitName, kind: Kind, key: string, rate: Rate): Counter => ({
  key: `rate:${prefix}:${name}:${kind}:${key}`,
  limit: rate.limit,
  seconds: rate.seconds,
});

/** @throws TooManyRequestsError unless `milliseconds` is 0. */
const refuseFor = async ({ delayRefusal }: Limiter, name: LimitName, milliseconds: number): Promise<void> => {
  if (milliseconds === 0) return;
  await delayRefusal();
  throw new TooManyRequestsError(Math.ceil(milliseconds / 1000), name);
};

/** @returns The lease. @throws TooManyRequestsError */
const reserve = async (limiter: Limiter, name: LimitName, counter: Counter): Promise<string> => {
  const lease = randomUUID();
  for (let waited = 0; ; waited += checkEveryMs) {
    const found = await limiter.counters.reserve(counter, lease);
    if (found === 0) return lease;
    await refuseFor(limiter, name, found === 'busy' ? (waited < maxWaitMs ? 0 : 1_000) : found);
    await delay(checkEveryMs);
  }
};

/**
 * Refuses again, before the body is read, what this process has refused before in the same window. A limit that may depend
 * on the body is checked later.
 */
export const refuseKnown =
  (limiter: Limiter, name: LimitName): RequestHandler =>
  async (req, _res, next) => {
    const { counters } = limiter;
    const { address, account, outcome, isNamedByBody }: Limit = limits[name];
    const known = (kind: Kind, key: string | undefined, rate: Rate | undefined): number =>
      key === undefined || rate === undefined ? 0 : counters.refusedFor(counterOf(limiter, name, kind, key, rate));
    const network = limitsOfKnownDevices[name] === undefined ? networkOf(req.clientAddress) : undefined;
    const userId = isNamedByBody === true ? undefined : req.currentUser?.id;
    await refuseFor(
      limiter,
      name,
      known('address', network, address) || known('account', userId, account) || known('outcome', userId, outcome),
    );
    next();
  };

/** Limits the requests of one address. */
export const limitAddress = (limiter: Limiter, route: LimitName): RequestHandler => {
  const { inTurn = false }: Limit = limits[route];
  const { counters, turns } = limiter;
  return async (req, res, next) => {
    const { name, network } = await countedAs(limiter, route, req);
    await refuseFor(
      limiter,
      name,
      await counters.count(counterOf(limiter, name, 'address', network, limits[name].address)),
    );
    if (inTurn) {
      const end = await turns.take(network);
      onServed(res, end);
      // The client has gone away meanwhile.
      if (res.closed) return;
    }
    next();
  };
};

type Outcome = NonNullable<Limit['outcome']>['counts'];

const isCounted = (counts: Outcome, status: number): boolean => (counts === 'success' ? status < 300 : status === 400);

const statusOf = (error: unknown): number => (error instanceof CustomError ? error.statusCode : 500);

/** Limits the requests of one account. Runs the route's handler, since its outcome may decide whether a request counts. */
export const limitAccount = <Params, Body>(
  limiter: Limiter,
  route: LimitName,
  handler: RequestHandler<Params, Body>,
): RequestHandler<Params, Body> => {
  const { counters } = limiter;
  return async (req, res, next) => {
    const { name, ...keys } = await countedAs(limiter, route, req);
    const { account: rate, outcome, target }: Limit = limits[name];
    if (rate !== undefined)
      await refuseFor(limiter, name, await counters.count(counterOf(limiter, name, 'account', keys.account, rate)));
    const leases: { readonly counter: Counter; readonly lease: string; readonly counts: Outcome }[] = [];
    const lease = async (counter: Counter, counts: Outcome): Promise<void> => {
      leases.push({ counter, lease: await reserve(limiter, name, counter), counts });
    };
    let status = 500;
    try {
      if (outcome !== undefined)
        await lease(counterOf(limiter, name, 'outcome', keys.outcome, outcome), outcome.counts);
      if (target !== undefined && keys.target !== undefined)
        await lease(counterOf(limiter, name, 'target', keys.target, target), 'success');
      await handler(req, res, next);
      status = res.statusCode;
    } catch (error) {
      status = statusOf(error);
      throw error;
    } finally {
      for (const { counter, lease: id, counts } of leases)
        await counters.settle(counter, id, isCounted(counts, status));
    }
  };
};
