import { route } from '@ticketing/common/http';
import { z } from 'zod';
import { endSession } from '../commands/end-sessions.ts';
import type { Deps } from '../deps.ts';

/** Ends the session, so that a copy of the cookie is refused too. Without a session it succeeds as well. */
export const signOutRoute = route(
  {
    name: 'signOut',
    body: z.object({}).optional(),
    response: {
      description: 'The session has ended',
      headers: { 'Set-Cookie': z.string().meta({ description: 'The session, empty and expired' }) },
      body: z.strictObject({}),
    },
  },
  (deps: Deps) => async (req, res) => {
    if (req.currentUser !== undefined) {
      await endSession(deps, req.currentUser, req.trace);
      deps.securityLog.record(req, 'signed_out');
    }
    req.session = null;
    res.send({});
  },
);
