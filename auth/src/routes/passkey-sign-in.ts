import { parse, route } from '@ticketing/common/http';
import { signInWithPasskey } from '../commands/sign-in-with-passkey.ts';
import type { Deps } from '../deps.ts';
import { rememberDevice } from './device-cookie.ts';
import { passkeyUse } from './passkey-shapes.ts';
import { signedInResponse } from './session-response.ts';

export const passkeySignInRoute = route(
  {
    name: 'passkeySignIn',
    description: "The browser's AuthenticationResponseJSON.",
    body: passkeyUse,
    response: signedInResponse,
  },
  (deps: Deps) => async (req, res) => {
    const { user, token } = await signInWithPasskey(deps, {
      response: parse(passkeyUse, req.body),
      userAgent: req.get('user-agent'),
    });
    req.session = { jwt: token };
    deps.securityLog.record(req, 'signed_in', { userId: user.id });
    rememberDevice(deps.devices, req, res, user.email);
    res.send(user);
  },
);
