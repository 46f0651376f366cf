import type { Request, RequestHandler, Response } from 'express';
import { hash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import type { Failure } from '../behaviour.ts';
import type { StoredResponse } from '../store.ts';
import type { Change, Context } from '../commands/change.ts';
import { parseParams } from '../params.ts';
import { lockTimeout, StripeError } from '../stripe-error.ts';
import type { ApiKit } from './api-kit.ts';
import { reply, replyError } from './reply.ts';
import { storeChange } from './store-change.ts';

/** Upper limit on how long the failure `timeout` leaves a request without a response. */
const silenceMs = 60_000;

const keyInUse = (key: string): StripeError =>
  new StripeError(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });

const otherRequest = (key: string): StripeError =>
  new StripeError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });

const idempotencyKey = (req: Request): string | undefined => {
  const key = req.get('idempotency-key');
  if (key !== undefined && key.length > 255) {
    throw new StripeError(400, {
      type: 'idempotency_error',
      message: 'Idempotency keys can be at most 255 characters long.',
    });
  }
  return key === '' ? undefined : key;
};

/** Hash of the whole request: a stored response is replayed only for an equal request. */
const fingerprintOf = (req: Request): string =>
  hash('sha256', `${req.method} ${req.originalUrl} ${JSON.stringify(req.body)}`, 'base64url');

const beSilent = (res: Response, stopping: AbortSignal): void => {
  const end = () => res.socket?.destroy();
  const timer = setTimeout(end, silenceMs);
  stopping.addEventListener('abort', end);
  res.once('close', () => {
    clearTimeout(timer);
    stopping.removeEventListener('abort', end);
  });
};

/** Fails the request as configured, without a change; a retry with the same key runs it from the beginning. */
const failUndone = (
  failure: Exclude<Failure, 'network_after_charge'>,
  res: Response,
  requestId: string,
  stopping: AbortSignal,
): void => {
  switch (failure) {
    case 'network_before_charge':
      res.socket?.destroy();
      return;
    case 'http_500':
      return replyError(res, new StripeError(500, { type: 'api_error', message: 'An unknown error occurred' }), {
        'Request-Id': requestId,
      });
    case 'http_429':
      return replyError(
        res,
        new StripeError(429, {
          code: 'rate_limit',
          message:
            'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.',
        }),
        { 'Request-Id': requestId },
      );
    case 'timeout':
      return beSilent(res, stopping);
  }
};

/**
 * A route that changes something: it checks the idempotency key, parses the parameters, lets the command decide, stores
 * the change together with the response, and only then sends the response. Between decision and write there is no await,
 * so that of two requests the second sees the change of the first.
 *
 * The response is stored for its key once the command has run, errors included; earlier errors (wrong parameters, a
 * locked object) are not stored.
 */
export const mutation =
  <Params>(
    kit: ApiKit,
    schema: z.ZodType<Params>,
    command: (context: Context, params: Params, id: string) => Change,
    objectOf: (params: Params, id: string) => string | undefined = (_params, id) => (id === '' ? undefined : id),
  ): RequestHandler =>
  async (req, res) => {
    const requestId = kit.context.newId('req');
    const key = idempotencyKey(req);
    const fingerprint = key === undefined ? '' : fingerprintOf(req);
    const headers = { 'Request-Id': requestId, ...(key === undefined ? {} : { 'Idempotency-Key': key }) };

    if (key !== undefined) {
      if (kit.keysInUse.has(key)) throw keyInUse(key);
      const stored = kit.store.responseTo(key);
      if (stored !== undefined) {
        if (stored.fingerprint !== fingerprint) throw otherRequest(key);
        return reply(res, stored.status, stored.body, {
          ...headers,
          'Original-Request': stored.requestId,
          'Idempotent-Replayed': 'true',
        });
      }
    }

    const body: unknown = req.body;
    const params = parseParams(schema, body ?? {});
    const { id } = req.params;
    const pathId = typeof id === 'string' ? id : '';
    const object = objectOf(params, pathId);
    if (object !== undefined && kit.locked.has(object)) throw lockTimeout();

    const { delayMs } = kit.behaviour.current();
    if (delayMs > 0) {
      if (key !== undefined) kit.keysInUse.add(key);
      if (object !== undefined) kit.locked.add(object);
      try {
        // As at Stripe, a slow request goes on after its caller has timed out.
        await wait(delayMs);
      } finally {
        if (key !== undefined) kit.keysInUse.delete(key);
        if (object !== undefined) kit.locked.delete(object);
      }
    }

    const change = decide(() => command(kit.context, params, pathId));
    const failure = change.chargesCard ? kit.behaviour.takeFailure() : null;
    if (failure !== null && failure !== 'network_after_charge')
      return failUndone(failure, res, requestId, kit.stopping);

    const text = JSON.stringify(change.body);
    const storedResponse: StoredResponse | undefined =
      key === undefined
        ? undefined
        : { key, fingerprint, status: change.status, body: text, requestId, at: kit.context.now() };
    storeChange(kit, change, { id: requestId, idempotencyKey: key ?? null }, storedResponse);

    if (failure === 'network_after_charge') {
      res.socket?.destroy();
      return;
    }
    return reply(res, change.status, text, key === undefined ? headers : { ...headers, 'Original-Request': requestId });
  };

/** An error thrown by the command is a response like any other. */
const decide = (command: () => Change): Change => {
  try {
    return command();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return { records: [], events: [], status: error.status, body: error.body, chargesCard: false };
  }
};
