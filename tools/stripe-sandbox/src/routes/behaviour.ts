import type { RequestHandler } from 'express';
import { behaviourPatch, type Behaviour } from '../behaviour.ts';
import { parseParams } from '../params.ts';
import { reply } from './reply.ts';

/** GET /sandbox/behaviour */
export const getBehaviour =
  (behaviour: Behaviour): RequestHandler =>
  (_req, res) =>
    reply(res, 200, JSON.stringify(behaviour.current()));

/** POST /sandbox/behaviour: changes it and returns the result. */
export const postBehaviour =
  (behaviour: Behaviour): RequestHandler =>
  (req, res) => {
    const body: unknown = req.body;
    behaviour.change(parseParams(behaviourPatch, body));
    reply(res, 200, JSON.stringify(behaviour.current()));
  };
