import { parse, route } from '@ticketing/common/http';
import type { Deps } from '../deps.ts';
import { signIn } from '../commands/sign-in.ts';
import { knownCredentials } from './credentials.ts';
import { rememberDevice } from './device-cookie.ts';
import { signedInResponse } from './session-response.ts';

export const signInRoute = route(
  { name: 'signIn', body: knownCredentials, response: signedInResponse },
  (deps: Deps) => async (req, res) => {
    const { user, token } = await signIn(deps, {
      ...parse(knownCredentials, req.body),
      userAgent: req.get('user-agent'),
      trace: req.trace,
    });
    req.session = { jwt: token };
    deps.securityLog.record(req, 'signed_in', { userId: user.id });
    rememberDevice(deps.devices, req, res, user.email);
    res.send(user);
  },
);
