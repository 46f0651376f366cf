import { parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { signUp } from '../commands/sign-up.ts';
import { newCredentials } from './credentials.ts';

export const signUpRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const { user, token } = await signUp(deps, { ...parse(newCredentials, req.body), trace: req.trace });
    req.session = { jwt: token };
    res.status(201).send(user);
  };
