import { parse, route } from '@ticketing/common/http';
import { signInWithPasskey } from '../commands/sign-in-with-passkey.ts';
import type { Deps } from '../deps.ts';
import { beginSession, browserOf } from './begin-session.ts';
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
    const signedIn = await signInWithPasskey(deps, parse(passkeyUse, req.body), browserOf(req));
    beginSession(deps, req, res, { ...signedIn, event: 'signed_in' });
    res.send(signedIn.user);
  },
);
