import type { RequestHandler } from 'express';
import type { CallLog } from '../call-log.ts';
import { reply } from './reply.ts';

/** Records each call before anything else can refuse it. */
export const recordCall =
  (calls: CallLog): RequestHandler =>
  (req, _res, next) => {
    calls.add({ method: req.method, path: `${req.baseUrl}${req.path}`, idempotencyKey: req.get('idempotency-key') });
    next();
  };

/** GET /sandbox/calls */
export const getCalls =
  (calls: CallLog): RequestHandler =>
  (_req, res) =>
    reply(res, 200, JSON.stringify(calls.list()));
