import { parse, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { signUp } from '../commands/sign-up.ts';
import { newCredentials } from './credentials.ts';
import { signedInResponse } from './session-response.ts';

export const signUpRoute = route(
  { name: 'signUp', body: newCredentials, response: { ...signedInResponse, status: 201 }, errors: [429] },
  (deps: Deps) => async (req, res) => {
    const { user, token } = await signUp(deps, { ...parse(newCredentials, req.body), trace: req.trace });
    req.session = { jwt: token };
    res.status(201).send(user);
  },
);
