import { parse, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { signUp } from '../commands/sign-up.ts';
import { newCredentials } from './credentials.ts';
import { rememberDevice } from './device-cookie.ts';
import { signedInResponse } from './session-response.ts';

export const signUpRoute = route(
  { name: 'signUp', body: newCredentials, response: { ...signedInResponse, status: 201 } },
  (deps: Deps) => async (req, res) => {
    const { user, token } = await signUp(deps, {
      ...parse(newCredentials, req.body),
      userAgent: req.get('user-agent'),
      trace: req.trace,
    });
    req.session = { jwt: token };
    deps.securityLog.record(req, 'signed_up', { userId: user.id });
    rememberDevice(deps.devices, req, res, user.email);
    res.status(201).send(user);
  },
);
