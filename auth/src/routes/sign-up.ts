import { parse, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { signUp } from '../commands/sign-up.ts';
import { newCredentials } from './credentials.ts';
import { beginSession, browserOf } from './begin-session.ts';
import { signedInResponse } from './session-response.ts';

export const signUpRoute = route(
  { name: 'signUp', body: newCredentials, response: { ...signedInResponse, status: 201 } },
  (deps: Deps) => async (req, res) => {
    const signedIn = await signUp(deps, { ...parse(newCredentials, req.body), browser: browserOf(req) });
    beginSession(deps, req, res, { ...signedIn, event: 'signed_up' });
    res.status(201).send(signedIn.user);
  },
);
