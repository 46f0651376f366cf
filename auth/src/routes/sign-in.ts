import { parse, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { signIn } from '../commands/sign-in.ts';
import { knownCredentials } from './credentials.ts';
import { signedInResponse } from './session-response.ts';

export const signInRoute = route(
  { name: 'signIn', body: knownCredentials, response: signedInResponse, errors: [429] },
  (deps: Deps) => async (req, res) => {
    const { user, token } = await signIn(deps, { ...parse(knownCredentials, req.body), trace: req.trace });
    req.session = { jwt: token };
    res.send(user);
  },
);
