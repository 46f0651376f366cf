import { parse } from '@ticketing/common/http';
import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { signIn } from '../commands/sign-in.ts';
import { knownCredentials } from './credentials.ts';

export const signInRoute =
  (deps: Deps): RequestHandler =>
  async (req, res) => {
    const { user, token } = await signIn(deps, { ...parse(knownCredentials, req.body), trace: req.trace });
    req.session = { jwt: token };
    res.send(user);
  };
