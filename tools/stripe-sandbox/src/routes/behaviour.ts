import type { RequestHandler } from 'express';
import { behaviourPatch } from '../behaviour.ts';
import { parseParams } from '../params.ts';
import type { ApiKit } from './api-kit.ts';
import { reply } from './reply.ts';

/** GET /sandbox/behaviour */
export const getBehaviour =
  ({ behaviour }: Pick<ApiKit, 'behaviour'>): RequestHandler =>
  (_req, res) =>
    reply(res, 200, JSON.stringify(behaviour.current()));

/** POST /sandbox/behaviour: changes it and returns the result. */
export const postBehaviour =
  ({ behaviour, resumeWebhooks }: Pick<ApiKit, 'behaviour' | 'resumeWebhooks'>): RequestHandler =>
  (req, res) => {
    const body: unknown = req.body;
    behaviour.change(parseParams(behaviourPatch, body));
    resumeWebhooks();
    reply(res, 200, JSON.stringify(behaviour.current()));
  };
