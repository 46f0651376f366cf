import { parse, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { signIn } from '../commands/sign-in.ts';
import { knownCredentials } from './credentials.ts';
import { beginSession, browserOf } from './begin-session.ts';
import { signedInResponse } from './session-response.ts';

export const signInRoute = route(
  { name: 'signIn', body: knownCredentials, response: signedInResponse },
  (deps: Deps) => async (req, res) => {
    const signedIn = await signIn(deps, { ...parse(knownCredentials, req.body), browser: browserOf(req) });
    beginSession(deps, req, res, { ...signedIn, event: 'signed_in' });
    res.send(signedIn.user);
  },
);
